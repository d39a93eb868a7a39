// SPDX-License-Identifier: GPL-2.0-only
/* The kernel takes the processor's own instructions for ciphers and hashes. */
#include <string.h>

#include "alg.h"

static void assert_driver(struct lab_node *node, const char *name, const char *part,
			  const char *other)
{
	const char *driver = alg_driver(node, name);

	if (!strstr(driver, part) && !strstr(driver, other))
		fail_msg("%s is made by %s, not by %s", name, driver, part);
}

static void the_kernel_prefers_the_processors_instructions(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	if (!__builtin_cpu_supports("aes") || !__builtin_cpu_supports("avx2"))
		skip();
	assert_driver(a, "gcm(aes)", "aesni", "vaes");
	assert_driver(a, "rfc4106(gcm(aes))", "aesni", "vaes");
	assert_driver(a, "xts(aes)", "aesni", "vaes");
	assert_driver(a, "cbc(aes)", "aesni", "vaes");
	assert_driver(a, "ctr(aes)", "aesni", "vaes");
	assert_driver(a, "sha256", "sha256-ni", "sha256-avx2");
	assert_driver(a, "chacha20", "chacha20-simd", "chacha20-simd");
	assert_driver(a, "poly1305", "poly1305-simd", "poly1305-simd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(the_kernel_prefers_the_processors_instructions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
