// SPDX-License-Identifier: GPL-2.0-only
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft.h"
#include "redirect.h"

static char message[4096];
static char *output;

const char *nft_error(void)
{
	return message;
}

int nft_run(struct lab_node *node, const char *commands)
{
	struct nft_ctx *nft;
	int err;

	redirect_begin(node);
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		abort();
	nft_ctx_buffer_output(nft);
	nft_ctx_buffer_error(nft);
	err = nft_run_cmd_from_buffer(nft, commands);
	snprintf(message, sizeof(message), "%s", nft_ctx_get_error_buffer(nft));
	free(output);
	output = strdup(nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
	redirect_end();
	return err;
}

void nft_must(struct lab_node *node, const char *file, int line, const char *format, ...)
{
	static char commands[64 << 10];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(commands, sizeof(commands), format, args);
	va_end(args);
	assert_in_range(len, 0, sizeof(commands) - 1);
	if (!nft_run(node, commands))
		return;
	print_error("nft: %s%s\n", message, commands);	/* cmocka cuts long text */
	_fail(file, line);
}

const char *nft_output(struct lab_node *node, const char *command)
{
	if (nft_run(node, command))
		fail_msg("nft %s: %s", command, message);
	return output;
}
