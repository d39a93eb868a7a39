// SPDX-License-Identifier: GPL-2.0-only
/* Expected connections: the FTP helper, alone and under NAT. */
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <string.h>

#include "bed.h"
#include "nfnl.h"

static const char helper_rules[] =
	"table ip t {\n"
	" counter data { }\n"
	" ct helper ftp-standard { type \"ftp\" protocol tcp; }\n"
	" chain p { type filter hook prerouting priority 0;"
	"  tcp dport 21 ct helper set \"ftp-standard\"; }\n"
	" chain f {\n"
	"  type filter hook forward priority 0; policy drop;\n"
	"  iifname \"lan\" tcp dport 21 accept\n"
	"  ct helper \"ftp\" ct state related counter name data\n"
	"  ct state established,related accept\n"
	" }\n"
	"}\n";

/* An FTP control connection from left to right, and "PORT" sent on it. */
static void control(struct bed *bed, const char *command, char *arrived, size_t size)
{
	int listener = tcp_listen(bed->right, "10.0.2.2:21"), client, server;
	long len;

	client = (int)must(sock_open(bed->left, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	sock_connect(bed->left, client, "10.0.2.2:21");
	lab_run(bed->lab, BED_TRIP);
	server = (int)must(sock_accept(bed->right, listener));
	must(sock_send(bed->right, server, "220 ready\r\n", 11, 0));
	lab_run(bed->lab, BED_TRIP);
	/* The helper looks behind the end of a line only. */
	must(sock_send(bed->left, client, "USER me\r\n", 9, 0));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->right, server, arrived, size, MSG_DONTWAIT), 9);
	must(sock_send(bed->left, client, command, strlen(command), 0));
	lab_run(bed->lab, BED_TRIP);
	len = must(sock_recv(bed->right, server, arrived, size - 1, MSG_DONTWAIT));
	arrived[len] = 0;
}

static void the_ftp_helper_expects_the_data_connection(void **state)
{
	struct bed *bed = *state;
	struct ct_entry entry;
	char arrived[64];

	nft(bed->router, "%s", helper_rules);
	tcp_listen(bed->left, "10.0.1.2:51210");
	tcp_listen(bed->left, "10.0.1.2:51211");
	control(bed, "PORT 10,0,1,2,200,10\r\n", arrived, sizeof(arrived));
	assert_string_equal(arrived, "PORT 10,0,1,2,200,10\r\n");
	assert_true(ct_find(bed->router, "10.0.2.2:21", &entry));
	assert_string_equal(entry.helper, "ftp");
	assert_int_equal(tcp_try(bed->right, "10.0.1.2:51211"), -EINPROGRESS);
	assert_int_equal(tcp_try(bed->right, "10.0.1.2:51210"), 0);
	assert_true(nft_packets(bed->router, "ip t data") > 0);
	assert_true(ct_find(bed->router, "10.0.1.2:51210", &entry));
	assert_true(entry.status & IPS_EXPECTED);
}

static void under_nat_the_helper_rewrites_the_address_in_the_payload(void **state)
{
	struct bed *bed = *state;
	char arrived[64], to[64];
	int a, b;

	nft(bed->router, "%s", helper_rules);
	nft(bed->router,
	    "table ip nat {\n"
	    " chain post { type nat hook postrouting priority srcnat;"
	    "  oifname \"wan\" masquerade; }\n"
	    "}\n");
	tcp_listen(bed->left, "10.0.1.2:51210");
	control(bed, "PORT 10,0,1,2,200,10\r\n", arrived, sizeof(arrived));
	assert_int_equal(sscanf(arrived, "PORT 10,0,2,1,%d,%d\r\n", &a, &b), 2);
	snprintf(to, sizeof(to), "10.0.2.1:%d", a * 256 + b);
	assert_int_equal(tcp_try(bed->right, to), 0);
}

static void without_a_helper_the_data_connection_is_a_stranger(void **state)
{
	struct bed *bed = *state;
	char arrived[64];

	nft(bed->router, "%s", helper_rules);
	nft(bed->router, "flush chain ip t p");
	tcp_listen(bed->left, "10.0.1.2:51210");
	control(bed, "PORT 10,0,1,2,200,10\r\n", arrived, sizeof(arrived));
	assert_int_equal(tcp_try(bed->right, "10.0.1.2:51210"), -EINPROGRESS);
}

static void a_rule_can_expect_connections_itself(void **state)
{
	struct bed *bed = *state;

	/* Who has knocked on 7 may be called back on 9. */
	nft(bed->router,
	    "table ip t {\n"
	    " ct expectation callback { protocol udp; dport 9; timeout 30s; size 4;"
	    "  l3proto ip; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0; policy drop;\n"
	    "  udp dport 7 ct expectation set \"callback\" accept\n"
	    "  ct state established,related accept\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->right, bed->left, "10.0.1.2:9"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_false(udp_passes(bed->right, bed->left, "10.0.1.2:10"));
	assert_true(udp_passes(bed->right, bed->left, "10.0.1.2:9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(the_ftp_helper_expects_the_data_connection),
		bed_test(under_nat_the_helper_rewrites_the_address_in_the_payload),
		bed_test(without_a_helper_the_data_connection_is_a_stranger),
		bed_test(a_rule_can_expect_connections_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
