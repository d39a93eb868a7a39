// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_alg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "alg.h"
#include "support/sock.h"

/* The kernel wants the pages of the data: they have to be in the node's RAM. */
static uint8_t *own_memory(struct lab_node *node, size_t len)
{
	return (uint8_t *)must(node_call(node, SYS_mmap, NULL, len, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int open_alg(struct lab_node *node, const struct alg *alg)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	int parent = (int)must(sock_open(node, AF_ALG, SOCK_SEQPACKET, 0));
	int fd;

	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s", alg->type);
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", alg->name);
	if (node_call(node, SYS_bind, parent, &address, sizeof(address)) < 0)
		fail_msg("no algorithm %s %s", alg->type, alg->name);
	if (alg->key)
		must(sock_set(node, parent, SOL_ALG, ALG_SET_KEY, alg->key,
			      (socklen_t)alg->key_len));
	if (alg->tag_len)
		must(sock_set(node, parent, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL,
			      (socklen_t)alg->tag_len));
	fd = (int)must(sock_accept(node, parent));
	sock_close(node, parent);
	return fd;
}

static struct cmsghdr *put_control(struct msghdr *msg, struct cmsghdr *cmsg, int type,
				   uint32_t value, const void *data, size_t len)
{
	cmsg->cmsg_level = SOL_ALG;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(4 + len);
	memcpy(CMSG_DATA(cmsg), &value, 4);
	if (len)
		memcpy(CMSG_DATA(cmsg) + 4, data, len);
	return CMSG_NXTHDR(msg, cmsg);
}

static long send_cipher(struct lab_node *node, int fd, const struct alg *alg, uint8_t *memory)
{
	union {
		struct cmsghdr align;
		char bytes[2 * CMSG_SPACE(4) + CMSG_SPACE(4 + 32)];
	} control = { 0 };
	struct iovec iov = { memory, alg->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control };
	struct cmsghdr *cmsg;

	assert_true(alg->iv_len <= 32);
	msg.msg_controllen = CMSG_SPACE(4) + CMSG_SPACE(4 + alg->iv_len);
	if (alg->tag_len)
		msg.msg_controllen += CMSG_SPACE(4);
	cmsg = put_control(&msg, CMSG_FIRSTHDR(&msg), ALG_SET_OP,
			   alg->decrypt ? ALG_OP_DECRYPT : ALG_OP_ENCRYPT, NULL, 0);
	cmsg = put_control(&msg, cmsg, ALG_SET_IV, (uint32_t)alg->iv_len, alg->iv, alg->iv_len);
	if (alg->tag_len)
		put_control(&msg, cmsg, ALG_SET_AEAD_ASSOCLEN, (uint32_t)alg->signed_len, NULL, 0);
	return sock_sendmsg(node, fd, &msg, 0);
}

long alg_run(struct lab_node *node, const struct alg *alg, uint8_t *out)
{
	uint8_t *memory = own_memory(node, 2 * ALG_MAX), *result = memory + ALG_MAX;
	bool hash = !strcmp(alg->type, "hash");
	size_t room = hash ? 64 : alg->len;
	int fd = open_alg(node, alg);
	long got;

	assert_true(alg->len + alg->tag_len <= ALG_MAX);
	memcpy(memory, alg->in, alg->len);
	if (alg->tag_len)
		room = alg->decrypt ? alg->len - alg->tag_len : alg->len + alg->tag_len;
	assert_int_equal(hash ? sock_send(node, fd, memory, alg->len, 0) :
				send_cipher(node, fd, alg, memory), alg->len);
	got = node_call(node, SYS_read, fd, result, room);
	if (got > 0)
		memcpy(out, result, (size_t)got);
	sock_close(node, fd);
	must(node_call(node, SYS_munmap, memory, 2 * ALG_MAX));
	return got;
}

/* The value of "key   : value" in a line, NULL = another line. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) || (line[len] != ' ' && line[len] != ':'))
		return NULL;
	line = strchr(line, ':');
	return line ? line + 2 : NULL;
}

const char *alg_driver(struct lab_node *node, const char *name)
{
	static char best[128];
	char *text = node_read(node, "/proc/crypto"), *next = text, *line;
	char driver[128] = "";
	int best_priority = -1;
	bool mine = false;

	assert_non_null(text);
	best[0] = '\0';
	while ((line = strsep(&next, "\n"))) {
		const char *value;

		if ((value = value_of(line, "name")))
			mine = !strcmp(value, name);
		else if ((value = value_of(line, "driver")))
			snprintf(driver, sizeof(driver), "%s", value);
		else if (mine && (value = value_of(line, "priority")) &&
			 atoi(value) > best_priority) {
			best_priority = atoi(value);
			strcpy(best, driver);
		}
	}
	free(text);
	return best;
}

size_t hex(uint8_t *out, const char *digits)
{
	size_t n = 0;
	int used;

	for (; sscanf(digits, " %2hhx%n", &out[n], &used) == 1; digits += used)
		n++;
	assert_int_equal(*digits, '\0');
	return n;
}
