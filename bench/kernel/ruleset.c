// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>

#include "redirect.h"
#include "ruleset.h"

#define FORWARD								\
	"	chain forward {\n"						\
	"		type filter hook forward priority filter; policy accept;\n"

#define CONNTRACK							\
	FORWARD								\
	"		ct state established,related accept\n"			\
	"		ct state invalid drop\n"				\
	"	}\n"

#define MASQUERADE							\
	CONNTRACK							\
	"	chain postrouting {\n"						\
	"		type nat hook postrouting priority srcnat; policy accept;\n" \
	"		oifname \"out\" masquerade\n"			\
	"	}\n"

const char *ruleset_conntrack(void)
{
	return "table inet bench {\n" CONNTRACK "}\n";
}

const char *ruleset_masquerade4(void)
{
	return "table ip bench {\n" MASQUERADE "}\n";
}

const char *ruleset_masquerade6(void)
{
	return "table ip6 bench {\n" MASQUERADE "}\n";
}

const char *ruleset_flowtable(void)
{
	return "table inet bench {\n"
	       "	flowtable fast {\n"
	       "		hook ingress priority filter; devices = { in, out };\n"
	       "	}\n"
	       FORWARD
	       "		meta l4proto udp flow add @fast\n"
	       "	}\n"
	       "}\n";
}

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
	fputs("table inet bench {\n" FORWARD, out);
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
	fputs(" }\n\t}\n" FORWARD "\t\tip saddr @blocked drop\n\t}\n}\n", out);
	fclose(out);
	return text;
}

int ruleset_load(const struct stack *stack, const char *text)
{
	struct nft_ctx *nft;
	int err = -ENOMEM;

	/* A context has a socket from the start, so it must be made, and end, here. */
	redirect_start(stack);
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		goto stop;
	nft_ctx_buffer_error(nft);
	err = nft_run_cmd_from_buffer(nft, text) ? -EINVAL : 0;
	if (err)
		fprintf(stderr, "nft: %s", nft_ctx_get_error_buffer(nft));
	nft_ctx_free(nft);
stop:
	redirect_stop();
	return err;
}
