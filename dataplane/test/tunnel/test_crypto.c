// SPDX-License-Identifier: GPL-2.0-only
/* What tunnels encrypt with: published results, and the fast code against the plain one. */
#include <errno.h>
#include <string.h>

#include "alg.h"

struct vector {
	const char *type, *name, *key, *iv, *aad, *plain, *cipher, *tag;
};

#define GCM_PLAIN								\
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"	\
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define SP800_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define SP800_PLAIN								\
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"	\
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4 and 16. */
static const struct vector gcm128 = {
	"aead", "gcm(aes)", "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	"feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN,
	"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
	"5bc94fbc3221a5db94fae95ae7121a47",
};

static const struct vector gcm256 = {
	"aead", "gcm(aes)", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	"cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN,
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	"76fc6ece0f4e1768cddf8853bb2d551b",
};

/* RFC 8439, section 2.8.2. */
static const struct vector chacha = {
	"aead", "rfc7539(chacha20,poly1305)",
	"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	"070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	"4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
	"73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
	"6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
	"637265656e20776f756c642062652069742e",
	"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	"3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	"92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	"3ff4def08e4b7a9de576d26586cec64b6116",
	"1ae10b594f09e26a7e902ecbd0600691",
};

/* NIST SP 800-38A, F.2.1. */
static const struct vector cbc = {
	"skcipher", "cbc(aes)", SP800_KEY, "000102030405060708090a0b0c0d0e0f", "", SP800_PLAIN,
	"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
	"73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7", "",
};

/* NIST SP 800-38A, F.5.1. */
static const struct vector ctr = {
	"skcipher", "ctr(aes)", SP800_KEY, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "", SP800_PLAIN,
	"874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
	"5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee", "",
};

/* IEEE 1619, vector 2. */
static const struct vector xts = {
	"skcipher", "xts(aes)", "1111111111111111111111111111111122222222222222222222222222222222",
	"33333333330000000000000000000000", "",
	"4444444444444444444444444444444444444444444444444444444444444444",
	"c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0", "",
};

static void assert_vector(struct lab_node *node, const struct vector *v)
{
	uint8_t key[64], iv[32], plain[256], cipher[256], out[ALG_MAX];
	struct alg alg = { .type = v->type, .name = v->name, .key = key, .iv = iv };
	size_t len;

	alg.key_len = hex(key, v->key);
	alg.iv_len = hex(iv, v->iv);
	alg.signed_len = hex(plain, v->aad);
	memcpy(cipher, plain, alg.signed_len);
	len = alg.signed_len + hex(plain + alg.signed_len, v->plain);
	assert_int_equal(alg.signed_len + hex(cipher + alg.signed_len, v->cipher), len);
	alg.tag_len = hex(cipher + len, v->tag);

	alg.in = plain;
	alg.len = len;
	assert_int_equal(alg_run(node, &alg, out), len + alg.tag_len);
	assert_memory_equal(out, cipher, len + alg.tag_len);
	alg.decrypt = true;
	alg.in = cipher;
	alg.len = len + alg.tag_len;
	assert_int_equal(alg_run(node, &alg, out), len);
	assert_memory_equal(out, plain, len);
	if (!alg.tag_len)
		return;
	cipher[alg.signed_len + 5] ^= 0x10;
	must_fail(alg_run(node, &alg, out), EBADMSG);
	cipher[alg.signed_len + 5] ^= 0x10;
	cipher[0] ^= 1;
	must_fail(alg_run(node, &alg, out), EBADMSG);
}

static void aes_gcm_is_as_published(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	assert_vector(a, &gcm128);
	assert_vector(a, &gcm256);
}

static void chacha20_poly1305_is_as_in_rfc_8439(void **state)
{
	assert_vector(lab_node(*state, "a"), &chacha);
}

static void aes_cbc_ctr_and_xts_are_as_published(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	assert_vector(a, &cbc);
	assert_vector(a, &ctr);
	assert_vector(a, &xts);
}

/* The examples of FIPS 180-2. */
static void sha256_is_as_published(void **state)
{
	static const struct { const char *text, *sum; } examples[] = {
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	struct lab_node *a = lab_node(*state, "a");
	uint8_t sum[32], out[ALG_MAX];

	for (unsigned int i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(hex(sum, examples[i].sum), 32);
		assert_int_equal(alg_run(a, &(struct alg){ .type = "hash", .name = "sha256",
							   .in = examples[i].text,
							   .len = strlen(examples[i].text) }, out),
				 32);
		assert_memory_equal(out, sum, 32);
	}
}

static void fast_and_plain_code_agree_for_all_lengths(void **state)
{
	static const struct alg_kind kinds[] = {
		{ "aead", "gcm(aes)", "gcm_base(ctr(aes-generic),ghash-generic)", 16, 12, 16, 1 },
		{ "aead", "gcm(aes)", "gcm_base(ctr(aes-generic),ghash-generic)", 24, 12, 16, 1 },
		{ "aead", "gcm(aes)", "gcm_base(ctr(aes-generic),ghash-generic)", 32, 12, 16, 1 },
		{ "skcipher", "cbc(aes)", "cbc(aes-generic)", 32, 16, 0, 16 },
		{ "skcipher", "ctr(aes)", "ctr(aes-generic)", 32, 16, 0, 1 },
		{ "hash", "sha256", "sha256-generic", 0, 0, 0, 1 },
	};
	struct lab_node *a = lab_node(*state, "a");

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		alg_compare(a, &kinds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(aes_gcm_is_as_published),
		lab_test(chacha20_poly1305_is_as_in_rfc_8439),
		lab_test(aes_cbc_ctr_and_xts_are_as_published),
		lab_test(sha256_is_as_published),
		lab_test(fast_and_plain_code_agree_for_all_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
