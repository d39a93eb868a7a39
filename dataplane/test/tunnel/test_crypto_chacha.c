// SPDX-License-Identifier: GPL-2.0-only
/* ChaCha20-Poly1305 by vector instructions. */
#include "alg.h"

static void chacha20_poly1305_by_vectors_agrees_with_the_plain_one(void **state)
{
	static const struct alg_kind kind = {
		"aead", "rfc7539(chacha20-simd,poly1305-simd)",
		"rfc7539(chacha20-generic,poly1305-generic)", 32, 12, 16, 1,
	};

	alg_compare(lab_node(*state, "a"), &kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(chacha20_poly1305_by_vectors_agrees_with_the_plain_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
