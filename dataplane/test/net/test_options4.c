// SPDX-License-Identifier: GPL-2.0-only
/* IPv4 options on their way through routers. */
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

static struct chain sent_with(void **state, unsigned int n, const char *target,
			      const char *options, unsigned int len, bool *arrived)
{
	struct chain c;

	chain_make(&c, *state, n, NULL);
	*arrived = arrives(&(struct datagram){
		.from = c.node[0], .to = c.node[n - 1], .target = target,
		.size = 100, .options = options, .nr_options = len });
	return c;
}

static void record_route_lists_the_routers(void **state)
{
	static const char record[] = "\x07\x0f\x04" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0";
	const uint8_t *ip;
	struct chain c;
	bool arrived;

	c = sent_with(state, 4, "10.0.2.2:7", record, 16, &arrived);
	assert_true(arrived);
	ip = ip_header(wire_first(c.link[2], c.node[2], "ipv4/udp"));
	assert_int_equal(ip[0], 0x45 + 4);
	assert_memory_equal(ip + 20, "\x07\x0f\x10" "\x0a\0\0\1" "\x0a\0\1\1" "\x0a\0\2\1", 15);
	assert_int_equal(frame_csum(frame_sum(ip, 36, 0)), 0);
}

static void the_router_alert_passes_a_router_unchanged(void **state)
{
	static const char alert[] = "\x94\x04\0\0";
	struct chain c;
	bool arrived;

	c = sent_with(state, 3, "10.0.1.2:7", alert, 4, &arrived);
	assert_true(arrived);
	assert_memory_equal(ip_header(wire_first(c.link[1], c.node[1], "ipv4/udp")) + 20, alert, 4);
}

/* Loose source route by 10.0.1.2, the third node, to the target. */
static void source_routes_are_followed_only_where_accepted(void **state)
{
	static const char loose[] = "\x83\x07\x04" "\x0a\0\1\2" "\0";
	struct chain c;
	bool arrived;

	c = sent_with(state, 4, "10.0.2.2:7", loose, 8, &arrived);
	assert_false(arrived);
	assert_int_equal(wire_count(c.link[2], c.node[2], "ipv4/udp"), 0);

	must(sysctl_set(c.node[2], "net.ipv4.conf.all.accept_source_route", "1"));
	must(sysctl_set(c.node[1], "net.ipv4.conf.all.accept_source_route", "1"));
	must(sysctl_set(c.node[3], "net.ipv4.conf.all.accept_source_route", "1"));
	arrives(&(struct datagram){
		.from = c.node[0], .to = c.node[3], .target = "10.0.2.2:7",
		.size = 100, .options = loose, .nr_options = 8 });
	assert_memory_equal(ip_header(wire_first(c.link[0], c.node[0], "ipv4/udp")) + 16,
			    "\x0a\0\1\2", 4);
	assert_memory_equal(ip_header(wire_first(c.link[2], c.node[2], "ipv4/udp")) + 16,
			    "\x0a\0\2\2", 4);
}

static void a_malformed_option_is_a_parameter_problem(void **state)
{
	uint8_t frame[256];
	struct chain c;
	struct link_info a, r;

	chain_make(&c, *state, 3, NULL);
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 10));
	must(link_get(c.node[0], "right", &a));
	must(link_get(c.node[1], "left", &r));
	frame_udp(frame, r.mac, a.mac, "10.0.0.1", 9, "10.0.1.2", 9, "..\0\0", 4);
	/* The UDP header becomes options: a record route longer than the header. */
	frame[14] = 0x46;
	memcpy(frame + 34, "\x07\x20\x04\0", 4);
	frame_put16(frame + 24, 0);
	frame_put16(frame + 24, frame_csum(frame_sum(frame + 14, 24, 0)));
	lab_inject(c.link[0], c.node[1], frame, 14 + 20 + 8 + 4);
	lab_run(*state, MS);
	assert_int_equal(ip_header(wire_first(c.link[0], c.node[1], "ipv4/icmp12.0"))[28], 0x46);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(record_route_lists_the_routers),
		lab_test(the_router_alert_passes_a_router_unchanged),
		lab_test(source_routes_are_followed_only_where_accepted),
		lab_test(a_malformed_option_is_a_parameter_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
