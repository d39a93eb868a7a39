// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "datagram.h"
#include "support/frame.h"
#include "support/sock.h"

struct echo {
	struct lab_node *node;
	int fd;
	bool v6;
	uint8_t request[65536], got[65536];
	size_t len;
};

/* Drain the raw socket; is the answer there, with the bytes we sent? */
static bool answered(void *arg)
{
	struct echo *echo = arg;

	for (;;) {
		long len = sock_recv(echo->node, echo->fd, echo->got, sizeof(echo->got),
				     MSG_DONTWAIT);
		size_t ip = echo->v6 || len < 20 ? 0 : (echo->got[0] & 15) * 4u;

		if (len < 0)
			return false;
		if ((size_t)len != ip + echo->len ||
		    echo->got[ip] != (echo->v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY))
			continue;
		if (!memcmp(echo->got + ip + 4, echo->request + 4, echo->len - 4))
			return true;
	}
}

bool ping(struct lab_node *node, const char *dev, const char *target, size_t size)
{
	static struct echo echo;
	static uint16_t sequence;
	char address[64];
	bool good;

	echo.node = node;
	echo.v6 = strchr(target, ':');
	echo.len = 8 + size;
	echo.fd = (int)must(sock_open(node, echo.v6 ? AF_INET6 : AF_INET, SOCK_RAW,
				      echo.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP));
	if (dev)
		must(sock_set_text(node, echo.fd, SOL_SOCKET, SO_BINDTODEVICE, dev));
	memset(echo.request, 0, 8);
	echo.request[0] = echo.v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	frame_put16(echo.request + 4, 77);
	frame_put16(echo.request + 6, ++sequence);
	for (size_t i = 0; i < size; i++)
		echo.request[8 + i] = (uint8_t)(i + sequence);
	if (!echo.v6)
		frame_put16(echo.request + 2, frame_csum(frame_sum(echo.request, echo.len, 0)));
	snprintf(address, sizeof(address), echo.v6 ? "[%s]:0" : "%s:0", target);
	good = sock_sendto(node, echo.fd, echo.request, echo.len, address) == (long)echo.len &&
	       lab_until(lab_of(node), answered, &echo, 2 * SEC);
	sock_close(node, echo.fd);
	return good;
}
