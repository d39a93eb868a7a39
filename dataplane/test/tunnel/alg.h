/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_TUNNEL_ALG_H
#define NUSE_TEST_TUNNEL_ALG_H

/* The kernel's ciphers and hashes, by AF_ALG. */
#include "support/lab.h"

#define ALG_MAX 8192			/* bytes of `in` and of the result */

struct alg {
	const char *type, *name;	/* "aead", "gcm(aes)"; also a driver's name */
	const void *key, *iv;
	size_t key_len, iv_len;
	const void *in;			/* for AEAD: what is only signed comes first */
	size_t len, signed_len;
	size_t tag_len;			/* AEAD */
	bool decrypt;
};

/*
 * The length of the result in `out`, which has room for ALG_MAX bytes, or
 * -errno: -EBADMSG if a tag is wrong. AEAD: what is only signed is in it too.
 */
long alg_run(struct lab_node *node, const struct alg *alg, uint8_t *out);

/* The driver that the kernel prefers for an algorithm, from /proc/crypto; "" = none. */
const char *alg_driver(struct lab_node *node, const char *name);

/* Drivers that have to make the same of the same: the preferred one and a plain one. */
struct alg_kind {
	const char *type, *name, *plain;
	size_t key_len, iv_len, tag_len;
	size_t step;			/* lengths are multiples of this */
};

/* Encrypt by both and decrypt again; lengths around those that fast code takes at a time. */
void alg_compare(struct lab_node *node, const struct alg_kind *kind);

/* Bytes from hexadecimal digits; how many. */
size_t hex(uint8_t *out, const char *digits);

#endif
