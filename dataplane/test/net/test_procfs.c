// SPDX-License-Identifier: GPL-2.0-only
/* The network's files: /proc/net, /proc/sys, /sys/class/net. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"

static bool file_has(struct lab_node *node, const char *path, const char *text)
{
	char *all = node_read(node, path);
	bool has = all && strstr(all, text);

	if (!has)
		print_error("%s: %s\n", path, all ? all : "cannot be read");
	free(all);
	return has;
}

/* A file of one line, without its end. */
static const char *line_of(struct lab_node *node, const char *path)
{
	static char line[256];
	char *all = node_read(node, path);

	assert_non_null(all);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(all, "\n"), all);
	free(all);
	return line;
}

static void every_file_of_proc_net_can_be_read(void **state)
{
	static const char *const names[] = {
		"anycast6", "arp", "dev", "dev_mcast", "fib_trie", "fib_triestat", "icmp", "icmp6",
		"if_inet6", "igmp", "igmp6", "ip6_flowlabel", "ip6_mr_cache", "ip6_mr_vif",
		"ip_mr_cache", "ip_mr_vif", "ipv6_route", "mcfilter", "mcfilter6", "netlink",
		"netstat", "packet", "protocols", "psched", "ptype", "raw", "raw6", "route",
		"rt6_stats", "rt_cache", "snmp", "snmp6", "sockstat", "sockstat6", "softnet_stat",
		"tcp", "tcp6", "udp", "udp6", "udplite", "unix", "xfrm_stat", "sctp/snmp",
		"vlan/config", "stat/rt_cache", "stat/arp_cache", "stat/ndisc_cache",
	};
	struct chain c;
	char path[64];
	int missing = 0;

	chain_make(&c, *state, 2, NULL);
	udp_socket(c.node[0], "127.0.0.1:7");
	tcp_listen(c.node[0], "[::1]:7");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text;

		snprintf(path, sizeof(path), "/proc/net/%s", names[i]);
		text = node_read(c.node[0], path);
		if (!text)
			print_error("%s cannot be read\n", path);
		missing += !text;
		free(text);
	}
	assert_int_equal(missing, 0);
}

static void proc_net_shows_what_there_is(void **state)
{
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 100));
	udp_socket(c.node[0], "10.0.0.1:4660");
	assert_true(file_has(c.node[0], "/proc/net/dev", "right:"));
	assert_true(file_has(c.node[0], "/proc/net/arp",
			     "10.0.0.2         0x1         0x2         02:00:00:00:02:01"));
	assert_true(file_has(c.node[0], "/proc/net/route", "right\t00000000\t0200000A"));
	assert_true(file_has(c.node[0], "/proc/net/udp", "0100000A:1234 00000000:0000"));
	assert_true(file_has(c.node[0], "/proc/net/if_inet6", "20010db8000000000000000000000001"));
	assert_true(file_has(c.node[0], "/proc/net/fib_trie", "10.0.0.0/24"));
	assert_true(file_has(c.node[0], "/proc/net/protocols", "UDPv6"));
	assert_true(file_has(c.node[0], "/proc/self/net/dev", "lo:"));
}

static void settings_are_written_and_read_back(void **state)
{
	static const char *const names[][2] = {
		{ "net.ipv4.ip_forward", "1" }, { "net.ipv4.ip_default_ttl", "33" },
		{ "net.ipv4.tcp_congestion_control", "cubic" },
		{ "net.ipv4.ip_local_port_range", "2000\t3000" },
		{ "net.ipv4.tcp_rmem", "4096\t8192\t16384" },
		{ "net.ipv6.conf.all.forwarding", "1" }, { "net.core.somaxconn", "77" },
		{ "net.ipv4.conf.right.rp_filter", "2" }, { "net.ipv6.conf.right.mtu", "1400" },
		{ "net.ipv4.neigh.right.base_reachable_time_ms", "5000" },
		{ "net.ipv4.icmp_ratelimit", "240" },
	};
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		must(sysctl_set(c.node[0], names[i][0], names[i][1]));
		assert_non_null(sysctl_get(c.node[0], names[i][0]));
		assert_string_equal(sysctl_get(c.node[0], names[i][0]), names[i][1]);
	}
}

static void bad_settings_are_refused(void **state)
{
	struct lab_node *node = lab_node(*state, "a");

	must_fail(sysctl_set(node, "net.ipv4.ip_default_ttl", "0"), EINVAL);
	must_fail(sysctl_set(node, "net.ipv4.ip_default_ttl", "256"), EINVAL);
	must_fail(sysctl_set(node, "net.ipv4.ip_default_ttl", "many"), EINVAL);
	must_fail(sysctl_set(node, "net.ipv4.tcp_congestion_control", "none-such"), ENOENT);
	must_fail(sysctl_set(node, "net.ipv4.no_such_setting", "1"), ENOENT);
	assert_string_equal(sysctl_get(node, "net.ipv4.ip_default_ttl"), "64");
}

static void sys_class_net_has_every_device(void **state)
{
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/address"),
			    "02:00:00:00:01:01");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/mtu"), "1500");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/operstate"), "up");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/carrier"), "1");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/speed"), "10000");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/duplex"), "full");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/type"), "1");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/lo/type"), "772");
	must(link_add(c.node[0], "br0", "bridge", NULL, NULL, NULL));
	assert_string_equal(line_of(c.node[0], "/sys/class/net/br0/bridge/stp_state"), "0");
	must(link_del(c.node[0], "br0"));
	assert_null(node_read(c.node[0], "/sys/class/net/br0/mtu"));
}

static void sys_class_net_follows_and_changes_a_device(void **state)
{
	struct link_info info;
	struct chain c;
	char before[32];

	chain_make(&c, *state, 2, NULL);
	must(node_write(c.node[0], "/sys/class/net/right/mtu", "1300\n"));
	must(link_get(c.node[0], "right", &info));
	assert_int_equal(info.mtu, 1300);
	must_fail(node_write(c.node[0], "/sys/class/net/right/mtu", "60\n"), EINVAL);
	strcpy(before, line_of(c.node[0], "/sys/class/net/right/statistics/tx_packets"));
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 100));
	assert_true(atoi(line_of(c.node[0], "/sys/class/net/right/statistics/tx_packets")) >
		    atoi(before));
	lab_link_carrier(c.link[0], false);
	lab_run(*state, SEC);
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/carrier"), "0");
	assert_string_equal(line_of(c.node[0], "/sys/class/net/right/operstate"), "down");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_file_of_proc_net_can_be_read),
		lab_test(proc_net_shows_what_there_is),
		lab_test(settings_are_written_and_read_back),
		lab_test(bad_settings_are_refused),
		lab_test(sys_class_net_has_every_device),
		lab_test(sys_class_net_follows_and_changes_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
