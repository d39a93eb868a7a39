// SPDX-License-Identifier: GPL-2.0-only
/* Source addresses translated: what both sides see, and the bytes on the wires. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "bed.h"

static void masquerade_hides_the_inside_behind_the_routers_address(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int client = udp_socket(bed->left, "10.0.1.2:4000");
	const char *there, *back;

	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" masquerade; }\n"
	    "}\n");
	must(route_del(bed->right, "default", NULL));
	lab_capture(bed->wan);
	udp_exchange(bed->left, client, "10.0.2.2:7", bed->right, server, &there, &back);
	assert_string_equal(there, "10.0.2.1:4000");
	assert_string_equal(back, "10.0.2.2:7");
	assert_int_equal(ping(bed->left, "10.0.2.2", 2), 2);
	assert_true(bed_frames(bed->wan, bed->right, IPPROTO_UDP) == 1);
	bed_assert_clean(bed->wan, "\x0a\x00\x01\x02");
}

static void equal_ports_of_two_hosts_become_different_ones(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	int one = udp_socket(bed->left, "10.0.1.2:4000"), two;
	const char *there_one, *there_two, *back;

	must(addr_add(bed->left, "eth0", "10.0.1.3/24"));
	two = udp_socket(bed->left, "10.0.1.3:4000");
	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" snat to 10.0.2.1; }\n"
	    "}\n");
	udp_exchange(bed->left, one, "10.0.2.2:7", bed->right, server, &there_one, &back);
	udp_exchange(bed->left, two, "10.0.2.2:7", bed->right, server, &there_two, &back);
	assert_string_equal(there_one, "10.0.2.1:4000");
	assert_memory_equal(there_two, "10.0.2.1:", 9);
	assert_string_not_equal(there_one, there_two);
}

static void snat_takes_addresses_and_ports_of_its_ranges(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7");
	const char *there, *back;
	int port;

	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  meta l4proto udp snat to 10.0.2.50-10.0.2.53:6000-6009 random; }\n"
	    "}\n");
	must(route_via(bed->right, "10.0.2.48/28", "10.0.2.1", NULL));
	for (int i = 0; i < 8; i++) {
		int client = udp_socket(bed->left, NULL);

		udp_exchange(bed->left, client, "10.0.2.2:7", bed->right, server, &there, &back);
		assert_int_equal(strncmp(there, "10.0.2.5", 8), 0);
		assert_in_range(there[8], '0', '3');
		assert_int_equal(sscanf(strchr(there, ':'), ":%d", &port), 1);
		assert_in_range(port, 6000, 6009);
		must(sock_close(bed->left, client));
	}
}

static void icmp_errors_come_back_translated(void **state)
{
	struct bed *bed = *state;
	struct icmp_error error;

	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" masquerade; }\n"
	    "}\n");
	lab_capture(bed->wan);
	lab_capture(bed->lan);
	assert_true(udp_error(bed->left, "10.0.2.2:9", &error));
	assert_int_equal(error.error, ECONNREFUSED);
	assert_string_equal(error.offender, "10.0.2.2:0");
	bed_assert_clean(bed->wan, "\x0a\x00\x01\x02");
	bed_assert_clean(bed->lan, NULL);
}

static void a_prefix_of_ipv6_can_be_exchanged_for_another(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "[2001:db8:2::2]:7");
	int client = udp_socket(bed->left, "[2001:db8:1::2]:4000");
	const char *there, *back;

	nft(bed->router,
	    "table ip6 nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" snat ip6 prefix to ip6 saddr map"
	    "  { 2001:db8:1::/64 : 2001:db8:99::/64 }; }\n"
	    "}\n");
	lab_capture(bed->wan);
	udp_exchange(bed->left, client, "[2001:db8:2::2]:7", bed->right, server, &there, &back);
	assert_string_equal(there, "[2001:db8:99::2]:4000");
	assert_string_equal(back, "[2001:db8:2::2]:7");
	bed_assert_clean(bed->wan, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(masquerade_hides_the_inside_behind_the_routers_address),
		bed_test(equal_ports_of_two_hosts_become_different_ones),
		bed_test(snat_takes_addresses_and_ports_of_its_ranges),
		bed_test(icmp_errors_come_back_translated),
		bed_test(a_prefix_of_ipv6_can_be_exchanged_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
