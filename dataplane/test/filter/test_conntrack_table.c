// SPDX-License-Identifier: GPL-2.0-only
/* The table of connections: contents, events, ages, zones and helpers. */
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "bed.h"
#include "nfnl.h"

/* Rules that make the router look at connections. */
static void track(struct bed *bed)
{
	nft(bed->router,
	    "table inet track {\n"
	    " chain f { type filter hook forward priority 0; ct state new ct mark set 0x7; }\n"
	    "}\n");
}

static void the_table_lists_tuples_counters_and_marks(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int client = udp_socket(bed->left, "10.0.1.2:4000");
	struct ct_entry entry;
	char text[16];

	track(bed);
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_acct", "1"));
	for (int i = 0; i < 3; i++)
		must(sock_sendto(bed->left, client, "question", 8, "10.0.2.2:7"));
	lab_run(bed->lab, BED_TRIP);
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_string_equal(entry.original, "10.0.1.2:4000>10.0.2.2:7");
	assert_string_equal(entry.reply, "10.0.2.2:7>10.0.1.2:4000");
	assert_int_equal(entry.protocol, IPPROTO_UDP);
	assert_int_equal(entry.mark, 7);
	assert_int_equal(entry.packets[0], 3);
	assert_int_equal(entry.bytes[0], 3 * 36);
	assert_int_equal(entry.packets[1], 0);
	assert_false(entry.status & IPS_SEEN_REPLY);
	must(sock_sendto(bed->right, server, "ok", 2, "10.0.1.2:4000"));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->left, client, text, sizeof(text), MSG_DONTWAIT), 2);
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_int_equal(entry.packets[1], 1);
	assert_int_equal(entry.bytes[1], 30);
	assert_true(entry.status & IPS_SEEN_REPLY);
	ct_flush(bed->router);
	assert_int_equal(ct_list(bed->router, AF_INET, NULL, 0), 0);
}

static void tcp_connections_go_through_their_states(void **state)
{
	struct bed *bed = *state;
	int listener = tcp_listen(bed->right, "[2001:db8:2::2]:80"), client, server;
	struct ct_entry entry;

	track(bed);
	client = (int)must(sock_open(bed->left, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0));
	sock_connect(bed->left, client, "[2001:db8:2::2]:80");
	lab_run(bed->lab, BED_TRIP);
	assert_true(ct_find(bed->router, "[2001:db8:2::2]:80", &entry));
	assert_int_equal(entry.tcp_state, TCP_CONNTRACK_ESTABLISHED);
	assert_true(entry.status & IPS_ASSURED);
	server = (int)must(sock_accept(bed->right, listener));
	must(sock_close(bed->left, client));
	lab_run(bed->lab, BED_TRIP);
	assert_true(ct_find(bed->router, "[2001:db8:2::2]:80", &entry));
	assert_int_equal(entry.tcp_state, TCP_CONNTRACK_CLOSE_WAIT);
	must(sock_close(bed->right, server));
	lab_run(bed->lab, BED_TRIP);
	assert_true(ct_find(bed->router, "[2001:db8:2::2]:80", &entry));
	assert_int_equal(entry.tcp_state, TCP_CONNTRACK_TIME_WAIT);
}

static void entries_age_and_go(void **state)
{
	struct bed *bed = *state;
	struct ct_entry entry;

	track(bed);
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_udp_timeout", "20"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_in_range(entry.timeout, 19, 20);
	lab_run(bed->lab, 15 * SEC);
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_in_range(entry.timeout, 4, 5);
	lab_run(bed->lab, 6 * SEC);
	assert_false(ct_find(bed->router, "10.0.2.2:7", &entry));
}

static void a_rule_can_give_a_connection_its_own_timeouts(void **state)
{
	struct bed *bed = *state;
	struct ct_entry entry;

	nft(bed->router,
	    "table ip t {\n"
	    " ct timeout brief { protocol udp; l3proto ip;"
	    "  policy = { unreplied : 5, replied : 9 }; }\n"
	    " chain p { type filter hook prerouting priority 0;"
	    "  udp dport 7 ct timeout set \"brief\"; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_true(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_in_range(entry.timeout, 4, 5);
	lab_run(bed->lab, 6 * SEC);
	assert_false(ct_find(bed->router, "10.0.2.2:7", &entry));
	assert_true(ct_find(bed->router, "10.0.2.2:8", &entry));
}

static void events_tell_of_new_and_dead_connections(void **state)
{
	struct bed *bed = *state;
	int fd = nfnl_open(bed->router);
	const struct nlmsghdr *nlh;
	struct ct_entry entry;

	nfnl_join(bed->router, fd, NFNLGRP_CONNTRACK_NEW);
	nfnl_join(bed->router, fd, NFNLGRP_CONNTRACK_DESTROY);
	track(bed);
	assert_non_null(udp_probe(bed->left, "10.0.1.2:4000", "10.0.2.2:7", bed->right,
				  "10.0.2.2:7"));
	nlh = nfnl_receive(bed->router, fd);
	assert_non_null(nlh);
	assert_int_equal(nlh->nlmsg_type, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW);
	ct_parse(nlh, &entry);
	assert_string_equal(entry.original, "10.0.1.2:4000>10.0.2.2:7");
	assert_null(nfnl_receive(bed->router, fd));
	ct_flush(bed->router);
	nlh = nfnl_receive(bed->router, fd);
	assert_non_null(nlh);
	assert_int_equal(nlh->nlmsg_type, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE);
}

static void zones_keep_equal_tuples_apart(void **state)
{
	struct bed *bed = *state;
	struct ct_entry entries[4];
	unsigned int n, zones = 0;
	int client = udp_socket(bed->left, "10.0.1.2:4000");

	nft(bed->router,
	    "table ip t {\n"
	    " chain p { type filter hook prerouting priority raw;"
	    "  udp dport 7 ct zone set ip dscp map { cs0 : 1, cs1 : 2 }; }\n"
	    " chain f { type filter hook forward priority 0; ct state new accept; }\n"
	    "}\n");
	for (int tos = 0; tos <= 0x20; tos += 0x20) {
		must(sock_set_int(bed->left, client, IPPROTO_IP, IP_TOS, tos));
		must(sock_sendto(bed->left, client, "x", 1, "10.0.2.2:7"));
		lab_run(bed->lab, BED_TRIP);
	}
	/* The ICMP errors of the closed port are of the connections. */
	n = ct_list(bed->router, AF_INET, entries, 4);
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(entries[i].original, "10.0.1.2:4000>10.0.2.2:7"))
			zones |= 1u << entries[i].zone;
	assert_int_equal(zones, 1 << 1 | 1 << 2);
}

static void the_table_has_an_end_and_says_so(void **state)
{
	struct bed *bed = *state;
	long fds[12];
	int connected = 0;

	track(bed);
	tcp_listen(bed->right, "10.0.2.2:80");
	must(sysctl_set(bed->router, "net.netfilter.nf_conntrack_max", "10"));
	/* Connections that both sides have confirmed: no entry gives way to another. */
	for (int i = 0; i < 12; i++) {
		fds[i] = must(sock_open(bed->left, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
		sock_connect(bed->left, (int)fds[i], "10.0.2.2:80");
		lab_run(bed->lab, BED_TRIP);
		connected += !sock_connect(bed->left, (int)fds[i], "10.0.2.2:80");
	}
	assert_int_equal(connected, 10);
	assert_int_equal(ct_list(bed->router, AF_INET, NULL, 0), 10);
	assert_non_null(strstr(lab_node_log(bed->router), "nf_conntrack: table full"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(the_table_lists_tuples_counters_and_marks),
		bed_test(tcp_connections_go_through_their_states),
		bed_test(entries_age_and_go),
		bed_test(a_rule_can_give_a_connection_its_own_timeouts),
		bed_test(events_tell_of_new_and_dead_connections),
		bed_test(zones_keep_equal_tuples_apart),
		bed_test(the_table_has_an_end_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
