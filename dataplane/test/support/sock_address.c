// SPDX-License-Identifier: GPL-2.0-only
/* Addresses as text. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sock.h"

static socklen_t parse_inet6(const char *text, struct sockaddr_in6 *sin6)
{
	char host[64];
	const char *end = strchr(text, ']');
	char *scope;

	if (!end || (size_t)(end - text) >= sizeof(host) || (end[1] && end[1] != ':'))
		return 0;
	memcpy(host, text + 1, (size_t)(end - text) - 1);
	host[end - text - 1] = 0;
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons((uint16_t)(end[1] ? atoi(end + 2) : 0));
	scope = strchr(host, '%');
	if (scope) {
		*scope = 0;
		sin6->sin6_scope_id = (uint32_t)atoi(scope + 1);
	}
	return inet_pton(AF_INET6, host, &sin6->sin6_addr) == 1 ? sizeof(*sin6) : 0;
}

static socklen_t parse_inet(const char *text, struct sockaddr_in *sin)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	char host[32];

	if (len >= sizeof(host))
		return 0;
	memcpy(host, text, len);
	host[len] = 0;
	sin->sin_family = AF_INET;
	sin->sin_port = htons((uint16_t)(colon ? atoi(colon + 1) : 0));
	return !len || inet_pton(AF_INET, host, &sin->sin_addr) == 1 ? sizeof(*sin) : 0;
}

socklen_t sock_address(const char *text, struct sockaddr_storage *out)
{
	socklen_t len;

	memset(out, 0, sizeof(*out));
	if (text[0] == '[')
		len = parse_inet6(text, (struct sockaddr_in6 *)out);
	else
		len = parse_inet(text, (struct sockaddr_in *)out);
	if (!len)
		fail_msg("\"%s\" is no address", text);
	return len;
}

const char *sock_text(const void *address)
{
	static char texts[4][80];
	static unsigned int next;
	char *text = texts[next++ % 4], host[64] = "?";
	const struct sockaddr_in *sin = address;
	const struct sockaddr_in6 *sin6 = address;

	if (sin->sin_family == AF_INET) {
		inet_ntop(AF_INET, &sin->sin_addr, host, sizeof(host));
		snprintf(text, 80, "%s:%u", host, ntohs(sin->sin_port));
	} else if (sin->sin_family == AF_INET6) {
		inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof(host));
		if (sin6->sin6_scope_id)
			snprintf(text, 80, "[%s%%%u]:%u", host, sin6->sin6_scope_id,
				 ntohs(sin6->sin6_port));
		else
			snprintf(text, 80, "[%s]:%u", host, ntohs(sin6->sin6_port));
	} else {
		snprintf(text, 80, "family %u", sin->sin_family);
	}
	return text;
}
