// SPDX-License-Identifier: GPL-2.0-only
/* Names of netmap's ports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netmap.h"

#define RINGS_MAX	256u

static bool parse_number(const char *text, size_t len, unsigned int max, unsigned int *out)
{
	unsigned int value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned int)(text[i] - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return len > 0;
}

/* Take "-2" off the end of the name. */
static void parse_ring(struct netmap_name *name)
{
	char *dash = strrchr(name->name, '-');
	unsigned int ring;

	name->ring = -1;
	if (!dash || dash == name->name ||
	    !parse_number(dash + 1, strlen(dash + 1), UINT16_MAX, &ring))
		return;
	*dash = '\0';
	name->ring = (int)ring;
}

static bool parse_kind(struct netmap_name *name)
{
	const char *text = name->name, *brace = strpbrk(text, "{}");

	if (strpbrk(text, "^+*@/ \t\n"))
		return false;
	if (brace) {
		name->kind = NETMAP_PIPE;
		return brace > text && brace[1] && !strpbrk(brace + 1, "{}");
	}
	if (!strncmp(text, "vale", 4) && strchr(text, ':')) {
		name->kind = NETMAP_VALE;
		return strchr(text, ':')[1];
	}
	name->kind = NETMAP_NIC;
	return *text && !strchr(text, ':') && strlen(text) < IFNAMSIZ;
}

/* One option, and whether it is known. */
static bool parse_option(struct netmap_name *name, const char *option, size_t len)
{
	if (name->kind == NETMAP_PIPE && len == 8 && !memcmp(option, "vnet-hdr", len)) {
		name->vnet_hdr = true;
		return true;
	}
	return name->kind != NETMAP_NIC && len > 6 && !memcmp(option, "rings=", 6) &&
	       parse_number(option + 6, len - 6, RINGS_MAX, &name->rings) && name->rings;
}

int nuse_netmap_parse(const char *where, struct netmap_name *name, const struct nuse_error *error)
{
	const char *at = strchrnul(where, ',');
	size_t len = (size_t)(at - where);

	*name = (struct netmap_name){ .ring = -1 };
	if (!len || len >= sizeof(name->name))
		return nuse_error(error, EINVAL, "netmap:%s: a name has 1 to %zu characters", where,
				  sizeof(name->name) - 1);
	memcpy(name->name, where, len);
	parse_ring(name);
	if (!parse_kind(name))
		return nuse_error(error, EINVAL,
				  "netmap:%s: neither a NIC (eth0, eth0-2), a VALE port (vale0:1) "
				  "nor an end of a pipe (eth0{1, eth0}1)", where);
	while (*at) {
		const char *option = at + 1;

		at = strchrnul(option, ',');
		if (!parse_option(name, option, (size_t)(at - option)))
			return nuse_error(error, EINVAL, "netmap:%s: '%.*s' is no option here",
					  where, (int)(at - option), option);
	}
	return 0;
}
