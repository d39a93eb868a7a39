// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>

#include "redirect.h"
#include "ruleset.h"

const char ruleset_conntrack[] =
	"table inet bench {\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter; policy accept;\n"
	"		ct state established,related accept\n"
	"		ct state invalid drop\n"
	"	}\n"
	"}\n";

#define MASQUERADE(family)							\
	"table " family " bench {\n"						\
	"	chain forward {\n"						\
	"		type filter hook forward priority filter; policy accept;\n" \
	"		ct state established,related accept\n"			\
	"		ct state invalid drop\n"				\
	"	}\n"								\
	"	chain postrouting {\n"						\
	"		type nat hook postrouting priority srcnat; policy accept;\n" \
	"		oifname \"out\" masquerade\n"				\
	"	}\n"								\
	"}\n"

const char ruleset_masquerade4[] = MASQUERADE("ip");
const char ruleset_masquerade6[] = MASQUERADE("ip6");

const char ruleset_flowtable[] =
	"table inet bench {\n"
	"	flowtable fast {\n"
	"		hook ingress priority filter; devices = { in, out };\n"
	"	}\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter; policy accept;\n"
	"		meta l4proto udp flow add @fast\n"
	"	}\n"
	"}\n";

const char *ruleset_linear(void)
{
	static char *text;
	size_t size;
	FILE *out;

	if (text)
		return text;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs("table inet bench {\n\tchain forward {\n"
	      "\t\ttype filter hook forward priority filter; policy accept;\n", out);
	for (int i = 0; i < 100; i++)
		fprintf(out, "\t\tip saddr 203.0.113.%d udp dport %d drop\n", i, 1000 + i);
	fputs("\t}\n}\n", out);
	fclose(out);
	return text;
}

const char *ruleset_intervals(void)
{
	static char *text;
	size_t size;
	FILE *out;

	if (text)
		return text;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs("table inet bench {\n\tset blocked {\n\t\ttype ipv4_addr; flags interval;\n"
	      "\t\telements = {", out);
	for (int i = 0; i < 1000; i++)
		fprintf(out, "%s 172.%d.%d.16-172.%d.%d.200", i ? "," : "", 16 + i / 250, i % 250,
			16 + i / 250, i % 250);
	fputs(" }\n\t}\n\tchain forward {\n"
	      "\t\ttype filter hook forward priority filter; policy accept;\n"
	      "\t\tip saddr @blocked drop\n\t}\n}\n", out);
	fclose(out);
	return text;
}

int ruleset_load(const struct stack *stack, const char *text)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	int err;

	if (!nft)
		return -ENOMEM;
	nft_ctx_buffer_error(nft);
	redirect_start(stack);
	err = nft_run_cmd_from_buffer(nft, text);
	redirect_stop();
	if (err)
		fprintf(stderr, "nft: %s", nft_ctx_get_error_buffer(nft));
	nft_ctx_free(nft);
	return err ? -EINVAL : 0;
}
