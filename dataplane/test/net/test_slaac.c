// SPDX-License-Identifier: GPL-2.0-only
/* A host that configures itself from router advertisements. */
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "net/advertise.h"
#include "net/layers.h"
#include "support/frame.h"
#include "support/rtnl.h"
#include "support/sock.h"

#define SLAAC "20010db800770000000000fffe000101"	/* as in /proc/net/if_inet6 */

struct host {
	struct lab_node *node;
	struct lab_link *link;
};

static struct host make_host(struct lab *lab)
{
	struct host h = { .node = lab_node(lab, "host") };

	h.link = lab_link(h.node, "eth0", NULL, NULL, NULL);
	lab_capture(h.link);
	must(link_up(h.node, "eth0"));
	lab_run(lab, 3 * SEC);
	return h;
}

static bool file_has(struct lab_node *node, const char *path, const char *text)
{
	char *all = node_read(node, path);
	bool has = all && strstr(all, text);

	free(all);
	return has;
}

/* A default route by fe80::1: its metric is of no interest. */
static bool has_default(struct lab_node *node)
{
	return file_has(node, "/proc/net/ipv6_route",
			"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
			"fe800000000000000000000000000001");
}

static const struct advertisement usual = {
	.lifetime = 1800, .mtu = 1400, .prefix = "2001:db8:77::", .valid = 3600,
	.preferred = 600, .hop_limit = 33,
};

static void a_host_asks_for_routers_three_times(void **state)
{
	struct host h = make_host(*state);

	lab_run(*state, 60 * SEC);
	assert_in_range(wire_count(h.link, h.node, "ipv6/icmp133.0"), 3, 5);
	assert_memory_equal(wire_first(h.link, h.node, "ipv6/icmp133.0")->data,
			    "\x33\x33\0\0\0\2", 6);
}

static void an_advertisement_gives_address_route_and_mtu(void **state)
{
	struct host h = make_host(*state);

	assert_false(has_default(h.node));
	advertise(h.link, h.node, &usual);
	lab_run(*state, 3 * SEC);
	assert_true(file_has(h.node, "/proc/net/if_inet6", SLAAC));
	assert_true(has_default(h.node));
	assert_string_equal(sysctl_get(h.node, "net.ipv6.conf.eth0.mtu"), "1400");
	assert_string_equal(sysctl_get(h.node, "net.ipv6.conf.eth0.hop_limit"), "33");
}

static void packets_take_the_advertised_router(void **state)
{
	struct host h = make_host(*state);
	const struct lab_frame *frame;
	int fd;

	advertise(h.link, h.node, &usual);
	lab_run(*state, 3 * SEC);
	fd = udp_socket(h.node, "[::]:0");
	must(sock_sendto(h.node, fd, "hi", 2, "[2001:db8:1234::1]:7"));
	lab_run(*state, MS);
	frame = wire_first(h.link, h.node, "ipv6/udp");
	assert_memory_equal(frame->data, "\2\0\0\0\xff\1", 6);
	assert_int_equal(ip_header(frame)[7], 33);
	assert_memory_equal(ip_header(frame) + 8, "\x20\x01\x0d\xb8\0\x77", 6);
}

static void what_was_advertised_expires(void **state)
{
	struct host h = make_host(*state);

	advertise(h.link, h.node, &usual);
	lab_run(*state, 1700 * SEC);
	assert_true(has_default(h.node));
	lab_run(*state, 200 * SEC);
	assert_false(has_default(h.node));
	assert_true(file_has(h.node, "/proc/net/if_inet6", SLAAC));
	lab_run(*state, 1900 * SEC);
	assert_false(file_has(h.node, "/proc/net/if_inet6", SLAAC));
}

static void a_router_takes_its_offer_back(void **state)
{
	struct host h = make_host(*state);
	struct advertisement last = usual;

	advertise(h.link, h.node, &usual);
	lab_run(*state, 3 * SEC);
	last.lifetime = 0;
	advertise(h.link, h.node, &last);
	lab_run(*state, SEC);
	assert_false(has_default(h.node));
}

static void a_router_ignores_advertisements(void **state)
{
	struct host h = make_host(*state);

	must(sysctl_set(h.node, "net.ipv6.conf.all.forwarding", "1"));
	advertise(h.link, h.node, &usual);
	lab_run(*state, 3 * SEC);
	assert_false(file_has(h.node, "/proc/net/if_inet6", SLAAC));
	assert_false(has_default(h.node));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_host_asks_for_routers_three_times),
		lab_test(an_advertisement_gives_address_route_and_mtu),
		lab_test(packets_take_the_advertised_router),
		lab_test(what_was_advertised_expires),
		lab_test(a_router_takes_its_offer_back),
		lab_test(a_router_ignores_advertisements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
