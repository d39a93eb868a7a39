// SPDX-License-Identifier: GPL-2.0-only
/* The options behind "memif:", named as DPDK's net_memif names them. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "memif.h"

#define DEFAULT_LOG2	10u
#define DEFAULT_BUFFER	2048u

static int bad(const struct nuse_error *error, const char *name, const char *value,
	       const char *wanted)
{
	return nuse_error(error, EINVAL, "memif: %s=%s: %s", name, value, wanted);
}

static bool parse_number(const char *text, unsigned long min, unsigned long max,
			 unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out >= min && *out <= max;
}

static int parse_choice(const char *name, const char *value, const char *no, const char *yes,
			bool *out, const struct nuse_error *error)
{
	if (strcmp(value, no) && strcmp(value, yes))
		return nuse_error(error, EINVAL, "memif: %s=%s: %s or %s", name, value, yes, no);
	*out = !strcmp(value, yes);
	return 0;
}

static int parse_option(struct memif_options *options, bool *abstract, const char *name,
			const char *value, const struct nuse_error *error)
{
	unsigned long number;

	if (!strcmp(name, "role"))
		return parse_choice(name, value, "client", "server", &options->server, error);
	if (!strcmp(name, "zero-copy"))
		return parse_choice(name, value, "no", "yes", &options->zero_copy, error);
	if (!strcmp(name, "trust"))
		return parse_choice(name, value, "no", "yes", &options->trust, error);
	if (!strcmp(name, "socket-abstract"))
		return parse_choice(name, value, "no", "yes", abstract, error);
	if (!strcmp(name, "mode"))
		return strcmp(value, "ethernet") ? bad(error, name, value, "only ethernet") : 0;
	if (!strcmp(name, "id")) {
		if (!parse_number(value, 0, UINT32_MAX, &number))
			return bad(error, name, value, "a number of 32 bits");
		options->id = (uint32_t)number;
		return 0;
	}
	if (!strcmp(name, "ring-size")) {
		if (!parse_number(value, 5, MEMIF_LOG2_MAX, &number))
			return bad(error, name, value, "from 5 to 14: it is a power of two");
		options->log2_size = (unsigned int)number;
		return 0;
	}
	if (!strcmp(name, "buffer-size")) {
		if (!parse_number(value, 512, 16384, &number) || number % 64)
			return bad(error, name, value, "a multiple of 64 from 512 to 16384");
		options->buffer_size = (uint32_t)number;
		return 0;
	}
	if (!strcmp(name, "secret")) {
		if (strlen(value) > sizeof(options->secret))
			return nuse_error(error, EINVAL, "memif: a secret has at most 24 bytes");
		memcpy(options->secret, value, strlen(value));
		return 0;
	}
	return nuse_error(error, EINVAL, "memif: no option %s", name);
}

static int set_address(struct memif_options *options, const char *path, bool abstract,
		       const struct nuse_error *error)
{
	size_t size = strlen(path);

	if (*path == '@') {
		abstract = true;
		path++;
		size--;
	}
	if (!size || size >= sizeof(options->address.sun_path))
		return nuse_error(error, EINVAL,
				  "memif:%s: a socket's name has 1 to 107 characters", path);
	options->address.sun_family = AF_UNIX;
	memcpy(options->address.sun_path + abstract, path, size);
	options->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + 1);
	return 0;
}

int nuse_memif_parse(const char *where, struct memif_options *options,
		     const struct nuse_error *error)
{
	bool abstract = false;
	char *copy = strdup(where), *rest = copy, *path, *word;
	int err = 0;

	if (!copy)
		return nuse_error(error, ENOMEM, "memif:%s: no memory", where);
	*options = (struct memif_options){ .log2_size = DEFAULT_LOG2,
					   .buffer_size = DEFAULT_BUFFER };
	path = strsep(&rest, ",");
	while (!err && (word = strsep(&rest, ","))) {
		char *value = strchr(word, '=');

		if (!value) {
			err = nuse_error(error, EINVAL, "memif:%s: '%s' has no value", path, word);
			break;
		}
		*value++ = '\0';
		err = parse_option(options, &abstract, word, value, error);
	}
	if (!err)
		err = set_address(options, path, abstract, error);
	if (!err && options->server && options->zero_copy)
		err = nuse_error(error, EINVAL,
				 "memif:%s: zero-copy is for the client, whose memory it is", path);
	free(copy);
	return err;
}
