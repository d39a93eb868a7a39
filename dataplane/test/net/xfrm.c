// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "xfrm.h"

#define REPLAY_WINDOW 64

static void put_key(uint8_t *key, unsigned int bits, uint8_t first)
{
	for (unsigned int i = 0; i < bits / 8; i++)
		key[i] = (uint8_t)(first + i);
}

static void fill_cipher(struct nlmsghdr *nlh, const struct xfrm_sa *sa)
{
	const struct xfrm_cipher *cipher = sa->cipher;
	uint8_t first = sa->key_byte ? sa->key_byte : 1;
	union {
		struct xfrm_algo_aead aead;
		struct xfrm_algo crypt;
		struct xfrm_algo_auth auth;
		char room[256];
	} u = { 0 };

	if (cipher->aead) {
		strcpy(u.aead.alg_name, cipher->aead);
		u.aead.alg_key_len = cipher->key;
		u.aead.alg_icv_len = cipher->icv;
		put_key((uint8_t *)u.aead.alg_key, cipher->key, first);
		mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(u.aead) + cipher->key / 8, &u);
		return;
	}
	strcpy(u.crypt.alg_name, cipher->crypt);
	u.crypt.alg_key_len = cipher->key;
	put_key((uint8_t *)u.crypt.alg_key, cipher->key, first);
	mnl_attr_put(nlh, XFRMA_ALG_CRYPT, sizeof(u.crypt) + cipher->key / 8, &u);
	memset(&u, 0, sizeof(u));
	strcpy(u.auth.alg_name, cipher->auth);
	u.auth.alg_key_len = cipher->auth_key;
	u.auth.alg_trunc_len = cipher->icv;
	put_key((uint8_t *)u.auth.alg_key, cipher->auth_key, (uint8_t)(first + 100));
	mnl_attr_put(nlh, XFRMA_ALG_AUTH_TRUNC, sizeof(u.auth) + cipher->auth_key / 8, &u);
}

static void fill_sa(struct nlmsghdr *nlh, void *arg)
{
	const struct xfrm_sa *sa = arg;
	const struct xfrm_encap_tmpl udp = { .encap_type = 2, .encap_sport = htons(sa->udp),
					     .encap_dport = htons(sa->udp) };
	struct {
		struct xfrm_replay_state_esn esn;
		uint32_t bitmap[REPLAY_WINDOW / 32];
	} replay = { .esn = { .bmp_len = REPLAY_WINDOW / 32, .replay_window = REPLAY_WINDOW } };

	fill_cipher(nlh, sa);
	if (sa->udp)
		mnl_attr_put(nlh, XFRMA_ENCAP, sizeof(udp), &udp);
	if (sa->esn)
		mnl_attr_put(nlh, XFRMA_REPLAY_ESN_VAL, sizeof(replay), &replay);
}

int xfrm_sa_add(struct lab_node *node, const struct xfrm_sa *sa)
{
	struct xfrm_usersa_info info = {
		.id = { .spi = htonl(sa->spi), .proto = IPPROTO_ESP },
		.mode = sa->mode,
		.replay_window = sa->esn ? 0 : 32,
		.flags = sa->esn ? XFRM_STATE_ESN : 0,
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, sa->packets ? sa->packets : XFRM_INF,
			 0, 0, 0, 0 },
	};

	info.family = (uint16_t)rtnl_prefix(sa->source, (uint8_t *)&info.saddr, NULL);
	rtnl_prefix(sa->target, (uint8_t *)&info.id.daddr, NULL);
	return rtnl_request(node, NETLINK_XFRM, XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, &info,
			    sizeof(info), fill_sa, (void *)(uintptr_t)sa, NULL, NULL);
}

static void fill_sp(struct nlmsghdr *nlh, void *arg)
{
	const struct xfrm_sp *sp = arg;
	struct xfrm_user_tmpl template = {
		.id.proto = IPPROTO_ESP, .mode = sp->mode, .aalgos = ~0u, .ealgos = ~0u,
		.calgos = ~0u,
	};
	uint8_t address[16];

	if (sp->block)
		return;
	template.family = (uint16_t)rtnl_prefix(sp->source ? sp->source : sp->from, address, NULL);
	if (sp->source) {
		rtnl_prefix(sp->source, (uint8_t *)&template.saddr, NULL);
		rtnl_prefix(sp->target, (uint8_t *)&template.id.daddr, NULL);
	}
	mnl_attr_put(nlh, XFRMA_TMPL, sizeof(template), &template);
}

int xfrm_sp_add(struct lab_node *node, const struct xfrm_sp *sp)
{
	struct xfrm_userpolicy_info info = {
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
		.dir = sp->dir,
		.action = sp->block ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW,
	};

	info.sel.family = (uint16_t)rtnl_prefix(sp->from, (uint8_t *)&info.sel.saddr,
						&info.sel.prefixlen_s);
	rtnl_prefix(sp->to, (uint8_t *)&info.sel.daddr, &info.sel.prefixlen_d);
	return rtnl_request(node, NETLINK_XFRM, XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL,
			    &info, sizeof(info), fill_sp, (void *)(uintptr_t)sp, NULL, NULL);
}
