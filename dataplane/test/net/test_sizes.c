// SPDX-License-Identifier: GPL-2.0-only
/* Every size of datagram that a link of 9000 bytes carries, through a router. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "net/chain.h"
#include "net/layers.h"

#define BATCH 32

static uint8_t payload[9000], got[9001];

static void carry_all_sizes(struct lab *lab, const struct lab_link_options *options,
			    const char *bind, const char *target, size_t max)
{
	struct chain c;
	struct lab_node *a, *b;
	int from, to;

	chain_make(&c, lab, 3, options);
	a = c.node[0];
	b = c.node[2];
	from = udp_socket(a, bind);
	to = udp_socket(b, target);
	must(sock_connect(a, from, target));
	must(target[0] == '[' ?
	     sock_set_int(a, from, IPPROTO_IPV6, IPV6_DONTFRAG, 1) :
	     sock_set_int(a, from, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	must(sock_set_int(b, to, SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20));
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 13 + (i >> 8));
	for (size_t first = 0; first <= max; first += BATCH) {
		for (size_t size = first; size < first + BATCH && size <= max; size++) {
			payload[0] = (uint8_t)size;
			assert_int_equal(must(sock_send(a, from, payload, size, 0)), size);
		}
		lab_run(lab, MS);
		for (size_t size = first; size < first + BATCH && size <= max; size++) {
			payload[0] = (uint8_t)size;
			assert_int_equal(sock_recv(b, to, got, sizeof(got), MSG_DONTWAIT), size);
			assert_memory_equal(got, payload, size);
		}
		assert_int_equal(wire_count(c.link[1], NULL, "*frag*"), 0);
		chain_clear(&c);
	}
	must_fail(sock_send(a, from, payload, max + 1, 0), EMSGSIZE);
}

static void carry_both(struct lab *lab, const struct lab_link_options *options)
{
	carry_all_sizes(lab, options, NULL, "10.0.1.2:7", 8972);
	carry_all_sizes(lab, options, "[::]:0", "[2001:db8:1::2]:7", 8952);
}

static void plain_links_carry_every_size(void **state)
{
	carry_both(*state, &(struct lab_link_options){ .mtu = 9000 });
}

static void links_with_all_offloads_carry_every_size(void **state)
{
	carry_both(*state, &(struct lab_link_options){
		.mtu = 9000, .features = LAB_SEGS | LAB_TX_CSUM | LAB_RX_CSUM | LAB_TSO |
					 LAB_USO | LAB_RX_GSO, .tx_lends = true });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(plain_links_carry_every_size),
		lab_test(links_with_all_offloads_carry_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
