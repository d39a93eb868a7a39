// SPDX-License-Identifier: GPL-2.0-only
/* IPsec: what is protected arrives, what was touched does not. */
#include <string.h>

#include "esp.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

static void a_tunnel_by_aes_gcm_hides_what_it_carries(void **state)
{
	struct chain c;

	esp_tunnel(&c, *state, ESP_AES_GCM);
	esp_carries(&c);
}

static void a_tunnel_by_aes_cbc_and_hmac_hides_what_it_carries(void **state)
{
	struct chain c;

	esp_tunnel(&c, *state, ESP_AES_CBC_SHA256);
	esp_carries(&c);
}

static void transport_mode_protects_two_hosts(void **state)
{
	const struct sa there = { "10.0.0.1", "10.0.0.2", 0x2001, ESP_AES_GCM,
				  XFRM_MODE_TRANSPORT };
	const struct sa back = { "10.0.0.2", "10.0.0.1", 0x2002, ESP_AES_GCM,
				 XFRM_MODE_TRANSPORT };
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	for (int i = 0; i < 2; i++) {
		must(sa_add(c.node[i], &there));
		must(sa_add(c.node[i], &back));
		must(policy_add(c.node[i], i ? XFRM_POLICY_IN : XFRM_POLICY_OUT, "10.0.0.1/32",
				"10.0.0.2/32", &there));
		must(policy_add(c.node[i], i ? XFRM_POLICY_OUT : XFRM_POLICY_IN, "10.0.0.2/32",
				"10.0.0.1/32", &back));
	}
	assert_true(carries(c.node[0], "10.0.0.1:1000", c.node[1], "10.0.0.2:2000", 1200));
	assert_true(carries(c.node[1], "10.0.0.2:2000", c.node[0], "10.0.0.1:1000", 1200));
	assert_int_equal(wire_count(c.link[0], NULL, "ipv4/esp"), 2);
	assert_int_equal(wire_count(c.link[0], NULL, "ipv4/udp"), 0);
	assert_false(wire_shows(c.link[0], DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
	/* 1200 bytes, headers of IP, UDP and ESP, vector, trailer, tag, Ethernet. */
	assert_in_range(wire_first(c.link[0], NULL, "ipv4/esp")->len, 1200 + 68, 1200 + 80);
}

/* Change one bit of the encrypted part. */
static enum lab_verdict touch(void *arg, struct lab_frame *frame)
{
	if (*(bool *)arg && frame_protocol(frame->data, frame->len, NULL) == 50)
		frame->data[frame->len - 30] ^= 0x04;
	return LAB_PASS;
}

static void a_packet_that_was_touched_is_dropped_and_counted(void **state)
{
	bool touching = true;
	struct chain c;

	esp_tunnel(&c, *state, ESP_AES_GCM);
	lab_link_hook(c.link[1], touch, &touching);
	assert_int_equal(xfrm_counter(c.node[2], "XfrmInStateProtoError"), 0);
	assert_false(carries(c.node[0], NULL, c.node[3], "10.0.2.2:2000", 500));
	assert_int_equal(xfrm_counter(c.node[2], "XfrmInStateProtoError"), 1);
	touching = false;
	assert_true(carries(c.node[0], NULL, c.node[3], "10.0.2.2:2000", 500));
	assert_int_equal(xfrm_counter(c.node[2], "XfrmInStateProtoError"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_tunnel_by_aes_gcm_hides_what_it_carries),
		lab_test(a_tunnel_by_aes_cbc_and_hmac_hides_what_it_carries),
		lab_test(transport_mode_protects_two_hosts),
		lab_test(a_packet_that_was_touched_is_dropped_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
