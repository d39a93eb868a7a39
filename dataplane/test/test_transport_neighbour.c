// SPDX-License-Identifier: GPL-2.0-only
/* Finding neighbours by ARP and neighbour discovery, and not finding them. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct net {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct net net;

static void net_setup(void **state)
{
	net.lab = *state;
	net.a = lab_node(net.lab, "a");
	net.b = lab_node(net.lab, "b");
	net.link = lab_link(net.a, "eth0", net.b, "eth0", NULL);
	dev_setup(net.a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(net.b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	lab_run(net.lab, 10 * SEC);	/* what interfaces say when they come up */
}

/* Frames seen, by what they are. */
struct seen {
	unsigned int arp_requests, arp_replies, solicits, adverts, udp;
	bool broadcast;
};

static struct seen captured(void)
{
	struct seen seen = { 0 };

	for (unsigned int i = 0; i < lab_captured(net.link); i++) {
		const struct lab_frame *frame = lab_captured_frame(net.link, i);
		size_t at;

		if (frame_ethertype(frame->data, frame->len, &at) == 0x0806) {
			unsigned int operation = frame_get16(frame->data + at + 6);

			seen.arp_requests += operation == 1;
			seen.arp_replies += operation == 2;
			seen.broadcast |= operation == 1 && frame->data[0] == 0xff;
		}
		if (frame_protocol(frame->data, frame->len, &at) == IPPROTO_ICMPV6) {
			seen.solicits += frame->data[at] == 135;
			seen.adverts += frame->data[at] == 136;
		}
		seen.udp += frame_protocol(frame->data, frame->len, &at) == IPPROTO_UDP;
	}
	lab_capture_clear(net.link);
	return seen;
}

static void arp_asks_once_and_remembers(void **state)
{
	struct seen seen;
	int fd;

	net_setup(state);
	fd = udp_socket(net.a, NULL);
	lab_capture(net.link);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), 0);
	must(sock_sendto(net.a, fd, "x", 1, "10.0.0.2:9"));
	lab_run(net.lab, MS);
	seen = captured();
	assert_int_equal(seen.arp_requests, 1);
	assert_int_equal(seen.arp_replies, 1);
	assert_int_equal(seen.udp, 1);
	assert_true(seen.broadcast);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), NUD_REACHABLE);
	must(sock_sendto(net.a, fd, "x", 1, "10.0.0.2:9"));
	lab_run(net.lab, MS);
	seen = captured();
	assert_int_equal(seen.arp_requests, 0);
	assert_int_equal(seen.udp, 1);
}

static void neighbour_discovery_asks_once_and_remembers(void **state)
{
	struct seen seen;
	int fd;

	net_setup(state);
	fd = udp_socket(net.a, "[::]:0");
	lab_capture(net.link);
	must(sock_sendto(net.a, fd, "x", 1, "[fd00::2]:9"));
	lab_run(net.lab, MS);
	seen = captured();
	assert_int_equal(seen.solicits, 1);
	assert_int_equal(seen.adverts, 1);
	assert_int_equal(seen.udp, 1);
	assert_int_equal(neigh_state(net.a, "eth0", "fd00::2"), NUD_REACHABLE);
	must(sock_sendto(net.a, fd, "x", 1, "[fd00::2]:9"));
	lab_run(net.lab, MS);
	seen = captured();
	assert_int_equal(seen.solicits, 0);
	assert_int_equal(seen.udp, 1);
}

static void an_old_entry_is_probed_when_it_is_used(void **state)
{
	struct seen seen;
	int fd;

	net_setup(state);
	fd = udp_socket(net.a, NULL);
	must(sock_sendto(net.a, fd, "x", 1, "10.0.0.2:9"));
	lab_run(net.lab, 50 * SEC);	/* base_reachable_time is 30 s on average */
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), NUD_STALE);
	lab_capture(net.link);
	must(sock_sendto(net.a, fd, "x", 1, "10.0.0.2:9"));
	lab_run(net.lab, MS);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), NUD_DELAY);
	lab_run(net.lab, 6 * SEC);
	seen = captured();
	assert_int_equal(seen.udp, 1);
	assert_true(seen.arp_requests >= 1 && !seen.broadcast);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), NUD_REACHABLE);
}

static int ask(struct lab_node *node, void *arg)
{
	const char *to = arg;
	char text[8];
	bool inet6 = to[0] == '[';
	int fd = udp_socket(node, inet6 ? "[::]:0" : ":0");

	must(sock_set_int(node, fd, inet6 ? IPPROTO_IPV6 : IPPROTO_IP,
			  inet6 ? IPV6_RECVERR : IP_RECVERR, 1));
	must(sock_connect(node, fd, to));
	must(sock_send(node, fd, "x", 1, 0));
	return (int)sock_recv(node, fd, text, sizeof(text), 0);
}

static void nobody_at_an_address_is_an_error(void **state)
{
	uint64_t began;

	net_setup(state);
	lab_capture(net.link);
	began = lab_now(net.lab);
	assert_int_equal(lab_do(net.a, ask, "10.0.0.77:9"), -EHOSTUNREACH);
	assert_in_range((lab_now(net.lab) - began) / SEC, 2, 4);
	assert_int_equal(captured().arp_requests, 3);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.77"), NUD_FAILED);

	assert_int_equal(lab_do(net.a, ask, "[fd00::77]:9"), -EHOSTUNREACH);
	assert_int_equal(captured().solicits, 3);
}

static int try_to_connect(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_STREAM, 0));

	return (int)sock_connect(node, fd, arg);
}

static void connect_fails_when_nobody_answers_arp(void **state)
{
	net_setup(state);
	assert_int_equal(lab_do(net.a, try_to_connect, "10.0.0.77:80"), -EHOSTUNREACH);
}

static void datagrams_wait_for_the_answer(void **state)
{
	char text[8];
	int from, to;

	net_setup(state);
	to = udp_socket(net.b, "10.0.0.2:7");
	from = udp_socket(net.a, NULL);
	for (int i = 0; i < 50; i++)
		must(sock_sendto(net.a, from, &(char){ (char)i }, 1, "10.0.0.2:7"));
	lab_run(net.lab, 10 * MS);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), 1);
		assert_int_equal(text[0], i);
	}
}

static void a_permanent_entry_needs_no_question(void **state)
{
	struct seen seen;

	net_setup(state);
	must(neigh_add(net.a, "eth0", "10.0.0.2", (uint8_t[]){ 2, 0, 0, 0, 2, 1 }, 0));
	lab_capture(net.link);
	must(sock_sendto(net.a, udp_socket(net.a, NULL), "x", 1, "10.0.0.2:9"));
	lab_run(net.lab, MS);
	seen = captured();
	assert_int_equal(seen.udp, 1);
	assert_int_equal(proc_counter(net.b, "snmp", "Udp", "NoPorts"), 1);
	assert_int_equal(neigh_state(net.a, "eth0", "10.0.0.2"), NUD_PERMANENT);
}

static void another_mac_address_is_learnt_when_it_is_announced(void **state)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x55 };
	char text[8];
	int from, to;

	net_setup(state);
	must(sysctl_set(net.b, "net.ipv4.conf.eth0.arp_notify", "1"));
	to = udp_socket(net.b, "10.0.0.2:7");
	from = udp_socket(net.a, NULL);
	must(sock_sendto(net.a, from, "x", 1, "10.0.0.2:7"));
	lab_run(net.lab, 10 * SEC);
	must(link_set_mac(net.b, "eth0", mac));
	lab_run(net.lab, MS);
	must(sock_sendto(net.a, from, "y", 1, "10.0.0.2:7"));
	lab_run(net.lab, MS);
	assert_int_equal(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), 1);
	assert_int_equal(sock_recv(net.b, to, text, sizeof(text), MSG_DONTWAIT), 1);
	assert_int_equal(text[0], 'y');
}

static void put_address(struct nlmsghdr *nlh, void *arg)
{
	struct in6_addr address = { .s6_addr = { 0xfd, [15] = 2 } };

	(void)arg;
	mnl_attr_put(nlh, IFA_LOCAL, sizeof(address), &address);
}

/* IFA_F_* of an address of eth0, as it is in /proc. */
static unsigned int address_flags(struct lab_node *node, const char *digits)
{
	char *text = node_read(node, "/proc/net/if_inet6"), *line;
	unsigned int flags = 0;

	assert_non_null(text);
	line = strstr(text, digits);
	assert_non_null(line);
	assert_int_equal(sscanf(line, "%*s %*x %*x %*x %x", &flags), 1);
	free(text);
	return flags;
}

static void an_address_that_is_in_use_is_not_taken(void **state)
{
	static const char fd00_2[] = "fd000000000000000000000000000002";
	struct ifaddrmsg header = { .ifa_family = AF_INET6, .ifa_prefixlen = 64 };

	net_setup(state);
	header.ifa_index = (uint32_t)must(link_index(net.a, "eth0"));
	/* addr_add() would go without the detection. */
	must(rtnl_request(net.a, NETLINK_ROUTE, RTM_NEWADDR, NLM_F_CREATE, &header,
			  sizeof(header), put_address, NULL, NULL, NULL));
	assert_true(address_flags(net.a, fd00_2) & IFA_F_TENTATIVE);
	lab_run(net.lab, 5 * SEC);
	assert_true(address_flags(net.a, fd00_2) & IFA_F_DADFAILED);
	assert_false(address_flags(net.b, fd00_2) & IFA_F_DADFAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(arp_asks_once_and_remembers),
		lab_test(neighbour_discovery_asks_once_and_remembers),
		lab_test(an_old_entry_is_probed_when_it_is_used),
		lab_test(nobody_at_an_address_is_an_error),
		lab_test(connect_fails_when_nobody_answers_arp),
		lab_test(datagrams_wait_for_the_answer),
		lab_test(a_permanent_entry_needs_no_question),
		lab_test(another_mac_address_is_learnt_when_it_is_announced),
		lab_test(an_address_that_is_in_use_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
