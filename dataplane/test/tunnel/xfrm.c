// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/sock.h"
#include "xfrm.h"

/* Keys are the bytes from 1 on, in either direction. */
static void fill_key(char *key, size_t bits)
{
	for (size_t i = 0; i < bits / 8; i++)
		key[i] = (char)(i + 1);
}

static void put_aead(struct nlmsghdr *nlh, const char *name, unsigned int bits)
{
	union {
		struct xfrm_algo_aead alg;
		char room[sizeof(struct xfrm_algo_aead) + 64];
	} u = { .alg = { .alg_key_len = bits, .alg_icv_len = 128 } };

	strcpy(u.alg.alg_name, name);
	fill_key(u.alg.alg_key, bits);
	mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(u.alg) + bits / 8, &u);
}

static void put_cbc_and_hmac(struct nlmsghdr *nlh)
{
	union {
		struct xfrm_algo alg;
		char room[sizeof(struct xfrm_algo) + 64];
	} crypt = { .alg = { .alg_name = "cbc(aes)", .alg_key_len = 256 } };
	union {
		struct xfrm_algo_auth alg;
		char room[sizeof(struct xfrm_algo_auth) + 64];
	} auth = { .alg = { .alg_name = "hmac(sha256)", .alg_key_len = 256,
			    .alg_trunc_len = 128 } };

	fill_key(crypt.alg.alg_key, 256);
	fill_key(auth.alg.alg_key, 256);
	mnl_attr_put(nlh, XFRMA_ALG_CRYPT, sizeof(crypt.alg) + 32, &crypt);
	mnl_attr_put(nlh, XFRMA_ALG_AUTH_TRUNC, sizeof(auth.alg) + 32, &auth);
}

static void fill_sa(struct nlmsghdr *nlh, void *arg)
{
	switch (((const struct sa *)arg)->cipher) {
	case ESP_AES_GCM:
		put_aead(nlh, "rfc4106(gcm(aes))", 256 + 32);
		break;
	case ESP_CHACHA20_POLY1305:
		put_aead(nlh, "rfc7539esp(chacha20,poly1305)", 256 + 32);
		break;
	case ESP_AES_CBC_SHA256:
		put_cbc_and_hmac(nlh);
		break;
	}
}

int sa_add(struct lab_node *node, const struct sa *sa)
{
	struct xfrm_usersa_info info = {
		.id = { .spi = htonl(sa->spi), .proto = IPPROTO_ESP },
		.lft = { .soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
			 .soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF },
		.reqid = sa->spi,
		.mode = sa->mode,
		.replay_window = 32,
	};

	info.family = (uint16_t)rtnl_prefix(sa->src, (uint8_t *)&info.saddr, NULL);
	rtnl_prefix(sa->dst, (uint8_t *)&info.id.daddr, NULL);
	info.sel.family = info.family;
	return rtnl_request(node, NETLINK_XFRM, XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, &info,
			    sizeof(info), fill_sa, (void *)(uintptr_t)sa, NULL, NULL);
}

static void fill_policy(struct nlmsghdr *nlh, void *arg)
{
	const struct sa *sa = arg;
	struct xfrm_user_tmpl template = {
		.id = { .proto = IPPROTO_ESP },
		.reqid = sa->spi,
		.mode = sa->mode,
		.aalgos = UINT32_MAX, .ealgos = UINT32_MAX, .calgos = UINT32_MAX,
	};

	template.family = (uint16_t)rtnl_prefix(sa->src, (uint8_t *)&template.saddr, NULL);
	rtnl_prefix(sa->dst, (uint8_t *)&template.id.daddr, NULL);
	mnl_attr_put(nlh, XFRMA_TMPL, sizeof(template), &template);
}

int policy_add(struct lab_node *node, uint8_t direction, const char *from, const char *to,
	       const struct sa *sa)
{
	struct xfrm_userpolicy_info info = {
		.lft = { .soft_byte_limit = XFRM_INF, .hard_byte_limit = XFRM_INF,
			 .soft_packet_limit = XFRM_INF, .hard_packet_limit = XFRM_INF },
		.dir = direction,
		.action = XFRM_POLICY_ALLOW,
	};

	info.sel.family = (uint16_t)rtnl_prefix(from, (uint8_t *)&info.sel.saddr,
						&info.sel.prefixlen_s);
	rtnl_prefix(to, (uint8_t *)&info.sel.daddr, &info.sel.prefixlen_d);
	return rtnl_request(node, NETLINK_XFRM, XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL,
			    &info, sizeof(info), fill_policy, (void *)(uintptr_t)sa, NULL, NULL);
}

long xfrm_counter(struct lab_node *node, const char *name)
{
	char *text = node_read(node, "/proc/net/xfrm_stat"), *at;
	long value;

	assert_non_null(text);
	at = strstr(text, name);
	assert_non_null(at);
	value = atol(at + strlen(name));
	free(text);
	return value;
}
