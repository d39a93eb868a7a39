// SPDX-License-Identifier: GPL-2.0-only
/* Rules that count: rates, quotas, numbers of connections. */
#include <errno.h>

#include "bed.h"

/* Of `n` datagrams to port 7, sent at once, how many pass. */
static unsigned int burst(struct bed *bed, unsigned int n)
{
	int server = udp_socket(bed->right, "10.0.2.2:7"), client = udp_socket(bed->left, NULL);
	unsigned int passed = 0;
	char data[1000];

	for (unsigned int i = 0; i < n; i++)
		must(sock_sendto(bed->left, client, "0123456789ab", 12, "10.0.2.2:7"));
	lab_run(bed->lab, MS);
	while (sock_recv(bed->right, server, data, sizeof(data), MSG_DONTWAIT) > 0)
		passed++;
	must(sock_close(bed->right, server));
	must(sock_close(bed->left, client));
	return passed;
}

static void limit_rate_refills_with_time(void **state)
{
	struct bed *bed = *state;

	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	nft(bed->router,
	    "table ip t {\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  udp dport 7 limit rate 10/second burst 5 packets accept\n"
	    "  udp dport 7 drop\n"
	    " }\n"
	    "}\n");
	assert_int_equal(burst(bed, 20), 5);
	lab_run(bed->lab, 200 * MS);
	assert_int_equal(burst(bed, 20), 2);
	lab_run(bed->lab, 10 * SEC);
	assert_int_equal(burst(bed, 20), 5);
}

static void limit_counts_bytes_as_well(void **state)
{
	struct bed *bed = *state;

	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	/* A packet of the burst is 40 bytes. */
	nft(bed->router,
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0;"
	    "  udp dport 7 limit rate over 40 bytes/second burst 120 bytes drop; }\n"
	    "}\n");
	assert_in_range(burst(bed, 20), 3, 4);
	lab_run(bed->lab, 2 * SEC);
	assert_int_equal(burst(bed, 20), 2);
}

static void a_named_limit_is_shared_by_rules(void **state)
{
	struct bed *bed = *state;

	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:9"));
	nft(bed->router,
	    "table ip t {\n"
	    " limit slow { rate 1/minute burst 4 packets }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  udp dport { 7, 8 } limit name \"slow\" accept\n"
	    "  udp dport { 7, 8 } drop\n"
	    " }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(burst(bed, 10), 3);
}

static void quota_stops_when_it_is_used_up(void **state)
{
	struct bed *bed = *state;

	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	nft(bed->router,
	    "table ip t {\n"
	    " quota month { over 200 bytes }\n"
	    " chain f { type filter hook forward priority 0;"
	    "  udp dport 7 quota name \"month\" drop; }\n"
	    "}\n");
	assert_int_equal(burst(bed, 3), 3);
	assert_int_equal(nft_number(bed->router, "list quota ip t month", "used "), 120);
	assert_int_equal(burst(bed, 10), 2);
	nft(bed->router, "reset quota ip t month");
	assert_int_equal(burst(bed, 10), 5);
}

static void ct_count_limits_open_connections(void **state)
{
	struct bed *bed = *state;
	long fds[4];

	tcp_listen(bed->right, "10.0.2.2:80");
	nft(bed->router,
	    "table ip t {\n"
	    " set busy { type ipv4_addr; size 100; flags dynamic; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0;\n"
	    "  tcp dport 80 ct state new add @busy { ip saddr ct count over 3 }"
	    "   reject with tcp reset\n"
	    " }\n"
	    "}\n");
	for (int i = 0; i < 4; i++) {
		fds[i] = must(sock_open(bed->left, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
		sock_connect(bed->left, (int)fds[i], "10.0.2.2:80");
		lab_run(bed->lab, BED_TRIP);
		assert_int_equal(sock_get_int(bed->left, (int)fds[i], SOL_SOCKET, SO_ERROR),
				 i < 3 ? 0 : ECONNREFUSED);
	}
	/* Closed by both sides, and the time of its last state is over. */
	must(sock_set(bed->left, (int)fds[0], SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
		      sizeof(struct linger)));
	must(sock_close(bed->left, (int)fds[0]));
	lab_run(bed->lab, 60 * SEC);
	assert_int_equal(tcp_try(bed->left, "10.0.2.2:80"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(limit_rate_refills_with_time),
		bed_test(limit_counts_bytes_as_well),
		bed_test(a_named_limit_is_shared_by_rules),
		bed_test(quota_stops_when_it_is_used_up),
		bed_test(ct_count_limits_open_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
