// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <nuse/nft.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "leash.h"
#include "library.h"
#include "socket.h"

/* The library keeps state of its own: one run at a time, whatever the thread. */
static pthread_mutex_t one_run = PTHREAD_MUTEX_INITIALIZER;

static unsigned int output_flags(unsigned int flags)
{
	static const struct { unsigned int ours, theirs; } table[] = {
		{ NUSE_NFT_JSON, NFT_CTX_OUTPUT_JSON },
		{ NUSE_NFT_ECHO, NFT_CTX_OUTPUT_ECHO },
		{ NUSE_NFT_HANDLE, NFT_CTX_OUTPUT_HANDLE },
		{ NUSE_NFT_STATELESS, NFT_CTX_OUTPUT_STATELESS },
		{ NUSE_NFT_TERSE, NFT_CTX_OUTPUT_TERSE },
	};
	unsigned int theirs = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (flags & table[i].ours)
			theirs |= table[i].theirs;
	return theirs;
}

static int prepare(const struct nft_library *nft, struct nft_ctx *ctx,
		   const struct nuse_nft_request *request)
{
	nft->set_output(ctx, output_flags(request->flags));
	nft->set_dry_run(ctx, request->flags & NUSE_NFT_CHECK);
	nft->clear_includes(ctx);
	if (request->include && nft->add_include(ctx, request->include))
		return -ENOMEM;
	if (nft->buffer_output(ctx) || nft->buffer_error(ctx))
		return -ENOMEM;
	return 0;
}

/* JSON is taken from buffers and errors in it have no place. */
static int execute(const struct nft_library *nft, struct nft_ctx *ctx,
		   const struct nuse_nft_request *request)
{
	if (request->flags & NUSE_NFT_JSON)
		return nft->run_buffer(ctx, request->commands);
	return nft->run_file(ctx, NFT_COMMANDS);
}

static char *copy(const char *text)
{
	return strdup(text ?: "");
}

/* What remains of a run that exit() has cut short; not all of it can be found. */
static void clear_away(const struct nft_library *nft, struct nft_ctx *ctx, struct nft_leash *leash)
{
	if (ctx && !sigsetjmp(leash->end, 0))
		nft->ctx_free(ctx);
	nft_leash_set(NULL);
}

/* With the instance in place. */
static int run_leashed(const struct nft_library *nft, const struct nuse_nft_request *request,
		       struct nuse_nft_answer *answer)
{
	struct nft_leash leash = { .commands = request->commands, .include = request->include };
	struct nft_ctx *volatile ctx = NULL;
	int err;

	if (sigsetjmp(leash.end, 0)) {
		answer->error = copy(leash.why);
		clear_away(nft, ctx, &leash);
		return 0;
	}
	nft_leash_set(&leash);
	ctx = nft->ctx_new(NFT_CTX_DEFAULT);
	err = prepare(nft, ctx, request);
	if (!err) {
		answer->ok = execute(nft, ctx, request) == 0;
		answer->output = copy(nft->output(ctx));
		answer->error = copy(nft->error(ctx));
	}
	nft->ctx_free(ctx);
	nft_leash_set(NULL);
	return err;
}

static int run(struct nuse_client *client, const struct nuse_nft_request *request,
	       struct nuse_nft_answer *answer)
{
	const struct nft_library *nft;
	char error[256];
	int err, lost;

	nft = nft_library(error, sizeof(error));
	if (!nft) {
		answer->error = copy(error);
		return -ELIBACC;
	}
	nft_socket_begin(client);
	err = run_leashed(nft, request, answer);
	lost = nft_socket_end();
	return lost ?: err;
}

int nuse_nft_run(struct nuse_engine *engine, unsigned int worker,
		 const struct nuse_nft_request *request, struct nuse_nft_answer *answer)
{
	struct nuse_client *client;
	int err;

	*answer = (struct nuse_nft_answer){ 0 };
	err = nuse_engine_client_open(engine, worker, 0, 0, 0, &client);
	if (err)
		return err;
	pthread_mutex_lock(&one_run);
	err = run(client, request, answer);
	pthread_mutex_unlock(&one_run);
	nuse_engine_client_close(client);
	return err;
}

void nuse_nft_answer_free(struct nuse_nft_answer *answer)
{
	free(answer->output);
	free(answer->error);
	*answer = (struct nuse_nft_answer){ 0 };
}
