// SPDX-License-Identifier: GPL-2.0-only
/* The way of a packet through chains, hooks and priorities. */
#include <errno.h>
#include <stdio.h>

#include "bed.h"

static void jump_comes_back_and_goto_does_not(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " counter after_jump { }\n"
	    " counter after_goto { }\n"
	    " counter after_return { }\n"
	    " chain empty { }\n"
	    " chain early { return; counter name after_return; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority 0; policy accept;\n"
	    "  udp dport 1 jump empty\n"
	    "  udp dport 1 jump early\n"
	    "  udp dport 1 counter name after_jump\n"
	    "  udp dport 2 goto empty\n"
	    "  udp dport 2 counter name after_goto\n"
	    " }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:1"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:2"));
	assert_int_equal(nft_packets(bed->router, "ip t after_jump"), 1);
	assert_int_equal(nft_packets(bed->router, "ip t after_goto"), 0);
	assert_int_equal(nft_packets(bed->router, "ip t after_return"), 0);
}

static void chains_of_a_hook_run_by_priority_and_drop_is_final(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " counter first { }\n"
	    " counter second { }\n"
	    " chain late { type filter hook forward priority 10; counter name second; }\n"
	    " chain early {\n"
	    "  type filter hook forward priority -10;\n"
	    "  counter name first\n"
	    "  udp dport 1 drop\n"
	    "  udp dport 2 accept\n"
	    " }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:1"));
	assert_int_equal(nft_packets(bed->router, "ip t first"), 1);
	assert_int_equal(nft_packets(bed->router, "ip t second"), 0);
	/* Accept ends a chain, not the hook. */
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:2"));
	assert_int_equal(nft_packets(bed->router, "ip t first"), 2);
	assert_int_equal(nft_packets(bed->router, "ip t second"), 1);
}

static void every_hook_sees_the_packets_that_are_its_own(void **state)
{
	static const char *const hooks[] = { "prerouting", "input", "forward", "output",
					     "postrouting" };
	/* Of one datagram through, one to the router, one from it. */
	static const int wanted[] = { 2, 1, 1, 1, 2 };
	struct bed *bed = *state;
	char counter[64];

	nft(bed->router, "add table inet t");
	for (int i = 0; i < 5; i++)
		nft(bed->router,
		    "table inet t {\n"
		    " counter %s { }\n"
		    " chain c_%s { type filter hook %s priority 0;"
		    "  udp dport 77 counter name %s; }\n"
		    "}\n", hooks[i], hooks[i], hooks[i], hooks[i]);
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:77"));
	assert_true(udp_passes(bed->left, bed->router, "10.0.1.1:77"));
	assert_true(udp_passes(bed->router, bed->right, "10.0.2.2:77"));
	for (int i = 0; i < 5; i++) {
		snprintf(counter, sizeof(counter), "inet t %s", hooks[i]);
		assert_int_equal(nft_packets(bed->router, counter), wanted[i]);
	}
}

static void the_output_hook_stops_the_nodes_own_sockets(void **state)
{
	struct bed *bed = *state;
	int fd = udp_socket(bed->left, NULL);

	nft(bed->left, "table ip t {\n"
	    " chain o { type filter hook output priority 0; udp dport 9 drop; }\n"
	    "}\n");
	must_fail(sock_sendto(bed->left, fd, "x", 1, "10.0.2.2:9"), EPERM);
	must(sock_sendto(bed->left, fd, "x", 1, "10.0.2.2:10"));
}

static void a_table_can_sleep_and_wake(void **state)
{
	struct bed *bed = *state;

	nft(bed->router, "table ip t {\n"
	    " chain f { type filter hook forward priority 0; policy drop; }\n"
	    "}\n");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:1"));
	nft(bed->router, "add table ip t { flags dormant; }");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:1"));
	nft(bed->router, "add table ip t { }");
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:1"));
}

static void a_chain_that_would_loop_is_refused(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " chain a { }\n"
	    " chain b { jump a; }\n"
	    " chain f { type filter hook forward priority 0; jump b; }\n"
	    "}\n");
	assert_int_not_equal(nft_run(bed->router, "add rule ip t a jump b"), 0);
	assert_false(nft_shows(bed->router, "list chain ip t a", "jump b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(jump_comes_back_and_goto_does_not),
		bed_test(chains_of_a_hook_run_by_priority_and_drop_is_final),
		bed_test(every_hook_sees_the_packets_that_are_its_own),
		bed_test(the_output_hook_stops_the_nodes_own_sockets),
		bed_test(a_table_can_sleep_and_wake),
		bed_test(a_chain_that_would_loop_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
