// SPDX-License-Identifier: GPL-2.0-only
/* Reading "eth0,mode=native,zerocopy". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xdp.h"

static bool read_number(const char *text, unsigned int max, unsigned int *out)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*out = (unsigned int)value;
	return !*end && value <= max;
}

static bool read_mode(const char *text, enum xdp_mode *out)
{
	static const char *const names[] = {
		[XDP_MODE_AUTO] = "auto", [XDP_MODE_NATIVE] = "native", [XDP_MODE_SKB] = "skb",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]))
			continue;
		*out = (enum xdp_mode)i;
		return true;
	}
	return false;
}

static int read_option(const char *where, char *option, struct xdp_spec *spec,
		       const struct nuse_error *error)
{
	char *value = strchr(option, '=');
	bool good;

	if (value)
		*value++ = 0;
	if (!value && !strcmp(option, "copy"))
		good = spec->copy = true;
	else if (!value && !strcmp(option, "zerocopy"))
		good = spec->zerocopy = true;
	else if (value && !strcmp(option, "mode"))
		good = read_mode(value, &spec->mode);
	else if (value && !strcmp(option, "first-queue"))
		good = read_number(value, XDP_IDS - 1, &spec->first_queue);
	else if (value && !strcmp(option, "busy-poll"))
		good = read_number(value, UINT16_MAX, &spec->busy_poll);
	else
		return nuse_error(error, EINVAL, "xdp:%s: no such option '%s'; there are "
				  "mode=, copy, zerocopy, first-queue=, busy-poll=", where, option);
	if (good)
		return 0;
	return nuse_error(error, EINVAL, "xdp:%s: '%s' cannot be %s", where, value, option);
}

int nuse_xdp_parse(const char *where, struct xdp_spec *spec, const struct nuse_error *error)
{
	char text[256], *next = text, *part;
	int err = 0;

	*spec = (struct xdp_spec){ .mode = XDP_MODE_AUTO };
	if (strlen(where) >= sizeof(text))
		return nuse_error(error, EINVAL, "xdp:%s: too long", where);
	memcpy(text, where, strlen(where) + 1);
	part = strsep(&next, ",");
	if (!*part || strlen(part) >= sizeof(spec->device))
		return nuse_error(error, EINVAL, "xdp:%s: '%s' is not the name of a device", where,
				  part);
	memcpy(spec->device, part, strlen(part) + 1);
	while (!err && (part = strsep(&next, ",")))
		err = read_option(where, part, spec, error);
	if (err)
		return err;
	if (spec->zerocopy && (spec->copy || spec->mode == XDP_MODE_SKB))
		return nuse_error(error, EINVAL, "xdp:%s: zerocopy excludes %s", where,
				  spec->copy ? "copy" : "mode=skb");
	return 0;
}
