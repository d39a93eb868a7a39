// SPDX-License-Identifier: GPL-2.0-only
/* Rulesets change as a whole or not at all, also large ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bed.h"

static void a_batch_that_fails_changes_nothing(void **state)
{
	struct bed *bed = *state;
	char *before;

	nft(bed->router,
	    "table ip t {\n"
	    " set ports { type inet_service; elements = { 7 }; }\n"
	    " chain f { type filter hook forward priority 0; udp dport @ports drop; }\n"
	    "}\n");
	before = strdup(nft_output(bed->router, "list ruleset"));
	/* The last command is at fault: there is no such chain. */
	assert_int_not_equal(nft_run(bed->router,
		"flush ruleset\n"
		"add table ip u\n"
		"add chain ip u f { type filter hook forward priority 0; policy drop; }\n"
		"add rule ip u f jump nowhere\n"), 0);
	assert_string_equal(nft_output(bed->router, "list ruleset"), before);
	assert_int_not_equal(nft_run(bed->router,
		"delete element ip t ports { 7 }\n"
		"add element ip t ports { 8 }\n"
		"delete rule ip t f handle 9999\n"), 0);
	assert_string_equal(nft_output(bed->router, "list ruleset"), before);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	free(before);
}

static void a_ruleset_is_replaced_in_one_step(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0; udp dport 7 drop; }\n"
	    "}\n");
	nft(bed->router,
	    "flush ruleset\n"
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0; udp dport 8 drop; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	nft(bed->router, "flush ruleset");
	assert_string_equal(nft_output(bed->router, "list ruleset"), "");
}

/* The text of a chain with `n` rules, the last of which drops port 7. */
static char *many_rules(unsigned int n)
{
	size_t room = 200 + n * 100ul, at;
	char *text = malloc(room);

	assert_non_null(text);
	at = (size_t)snprintf(text, room, "table ip t {\n counter last { }\n"
			      " chain f {\n  type filter hook forward priority 0;\n");
	for (unsigned int i = 1; i < n; i++)
		at += (size_t)snprintf(text + at, room - at,
				       "  ip saddr 192.168.%u.%u udp dport %u drop\n", i / 256,
				       i % 256, 1000 + i);
	snprintf(text + at, room - at, "  udp dport 7 counter name last drop\n }\n}\n");
	return text;
}

static void a_thousand_rules_load_and_the_last_one_works(void **state)
{
	struct bed *bed = *state;
	char *text = many_rules(1000);
	const char *listed;
	unsigned int rules = 0;

	assert_int_equal(nft_run(bed->router, text), 0);
	free(text);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:8"));
	assert_int_equal(nft_packets(bed->router, "ip t last"), 1);
	listed = nft_output(bed->router, "list chain ip t f");
	while ((listed = strstr(listed, " drop\n"))) {
		rules++;
		listed++;
	}
	assert_int_equal(rules, 1000);
	nft(bed->router, "delete table ip t");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
}

static void a_set_of_ten_thousand_elements_finds_each(void **state)
{
	struct bed *bed = *state;
	size_t room = 300 + 10000 * 16, at;
	char *text = malloc(room);

	assert_non_null(text);
	at = (size_t)snprintf(text, room,
		"table ip t {\n set s { type ipv4_addr; flags interval; elements = { 10.0.2.2");
	for (int i = 0; i < 10000; i++)
		at += (size_t)snprintf(text + at, room - at, ", 172.%d.%d.%d", 16 + (i >> 12),
				       i >> 4 & 255, (i & 15) * 2);
	snprintf(text + at, room - at, " }; }\n"
		 " chain f { type filter hook forward priority 0;"
		 " ip daddr @s udp dport 7 drop; }\n}\n");
	assert_int_equal(nft_run(bed->router, text), 0);
	free(text);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_int_equal(nft_run(bed->router, "get element ip t s { 172.17.3.4 }"), 0);
	assert_int_not_equal(nft_run(bed->router, "get element ip t s { 172.17.3.5 }"), 0);
}

static void what_is_listed_can_be_loaded_again(void **state)
{
	struct bed *bed = *state;
	char *once;

	nft(bed->router,
	    "table inet t {\n"
	    " map m { type ipv4_addr : verdict; flags interval;"
	    "  elements = { 10.0.0.0/8 : accept, 192.168.0.0/16 : drop }; }\n"
	    " chain f {\n"
	    "  type filter hook forward priority filter; policy drop;\n"
	    "  ct state vmap { established : accept, related : accept, invalid : drop }\n"
	    "  ip saddr vmap @m\n"
	    "  tcp dport { 22, 80-90 } limit rate 5/second burst 7 packets accept\n"
	    " }\n"
	    "}\n");
	once = strdup(nft_output(bed->router, "list ruleset"));
	nft(bed->router, "flush ruleset");
	assert_int_equal(nft_run(bed->router, once), 0);
	assert_string_equal(nft_output(bed->router, "list ruleset"), once);
	free(once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(a_batch_that_fails_changes_nothing),
		bed_test(a_ruleset_is_replaced_in_one_step),
		bed_test(a_thousand_rules_load_and_the_last_one_works),
		bed_test(a_set_of_ten_thousand_elements_finds_each),
		bed_test(what_is_listed_can_be_loaded_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
