// SPDX-License-Identifier: GPL-2.0-only
/* The fast code of a cipher or hash against the plain one. */
#include <string.h>

#include "alg.h"
#include "support/stream.h"

static void compare(struct lab_node *node, const struct alg_kind *kind, size_t len)
{
	static uint8_t in[ALG_MAX], fast[ALG_MAX], plain[ALG_MAX];
	uint8_t key[64], iv[16];
	struct alg alg = {
		.type = kind->type, .name = kind->name, .key = kind->key_len ? key : NULL,
		.key_len = kind->key_len, .iv = iv, .iv_len = kind->iv_len, .in = in, .len = len,
		.tag_len = kind->tag_len, .signed_len = kind->tag_len ? len % 25 : 0,
	};
	long got;

	pattern_fill(key, sizeof(key), 0, (uint32_t)len);
	pattern_fill(iv, sizeof(iv), 100, (uint32_t)len);
	pattern_fill(in, len, 200, (uint32_t)len);
	got = alg_run(node, &alg, fast);
	assert_true(got > 0);
	alg.name = kind->plain;
	assert_int_equal(alg_run(node, &alg, plain), got);
	if (memcmp(fast, plain, (size_t)got))
		fail_msg("%s of %zu bytes is not what %s makes of them", kind->name, len,
			 kind->plain);
	if (!strcmp(kind->type, "hash"))
		return;
	alg.name = kind->name;
	alg.decrypt = true;
	alg.in = plain;
	alg.len = (size_t)got;
	assert_int_equal(alg_run(node, &alg, fast), len);
	assert_memory_equal(fast, in, len);
}

void alg_compare(struct lab_node *node, const struct alg_kind *kind)
{
	static const size_t around[] = { 32, 64, 128, 256, 512, 1024, 1500, 4096 };

	for (unsigned int i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (size_t len = around[i] - 3; len <= around[i] + 17; len++)
			compare(node, kind,
				(len + kind->step - 1) / kind->step * kind->step);
}
