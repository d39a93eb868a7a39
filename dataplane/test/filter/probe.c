// SPDX-License-Identifier: GPL-2.0-only
/* Probes through the bed, and what comes back. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <linux/errqueue.h>
#include <stdio.h>
#include <string.h>

#include "bed.h"

const char *udp_probe(struct lab_node *sender, const char *from, const char *to,
		      struct lab_node *receiver, const char *at)
{
	int server = udp_socket(receiver, at);
	struct sockaddr_storage address;
	const char *seen = NULL;
	char text[16] = "";
	int client;

	sock_address(to, &address);
	if (from)
		client = udp_socket(sender, from);
	else
		client = (int)must(sock_open(sender, address.ss_family, SOCK_DGRAM, 0));
	/* EPERM: the sender's own filter has dropped it. */
	if (sock_sendto(sender, client, "probe", 5, to) != -EPERM)
		lab_run(lab_of(sender), BED_TRIP);
	must(sock_nonblock(receiver, server));
	if (sock_recvfrom(receiver, server, text, sizeof(text), &seen) == 5)
		assert_memory_equal(text, "probe", 5);
	else
		seen = NULL;
	must(sock_close(sender, client));
	must(sock_close(receiver, server));
	return seen;
}

bool udp_passes(struct lab_node *sender, struct lab_node *receiver, const char *to)
{
	return udp_probe(sender, NULL, to, receiver, to) != NULL;
}

void udp_exchange(struct lab_node *client, int fd, const char *to, struct lab_node *server,
		  int server_fd, const char **seen_by_server, const char **seen_by_client)
{
	char text[16] = "";

	must(sock_sendto(client, fd, "ping", 4, to));
	lab_run(lab_of(client), BED_TRIP);
	must(sock_nonblock(server, server_fd));
	must(sock_nonblock(client, fd));
	assert_int_equal(sock_recvfrom(server, server_fd, text, sizeof(text), seen_by_server), 4);
	assert_string_equal(text, "ping");
	must(sock_sendto(server, server_fd, "pong!", 5, *seen_by_server));
	lab_run(lab_of(client), BED_TRIP);
	assert_int_equal(sock_recvfrom(client, fd, text, sizeof(text), seen_by_client), 5);
	assert_string_equal(text, "pong!");
}

int tcp_try(struct lab_node *sender, const char *to)
{
	struct sockaddr_storage address;
	long fd, result;

	sock_address(to, &address);
	fd = must(sock_open(sender, address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0));
	result = sock_connect(sender, (int)fd, to);
	if (result == -EINPROGRESS) {
		lab_run(lab_of(sender), BED_TRIP);
		result = sock_connect(sender, (int)fd, to);
		if (result == -EISCONN)
			result = 0;
		else if (result == -EALREADY)
			result = -EINPROGRESS;
	}
	must(sock_close(sender, (int)fd));
	lab_run(lab_of(sender), BED_TRIP);	/* the last frames of it */
	return (int)result;
}

unsigned int ping(struct lab_node *sender, const char *to, unsigned int n)
{
	struct sockaddr_storage address;
	unsigned int answers = 0;
	char where[64];
	bool six;
	long fd;

	snprintf(where, sizeof(where), strchr(to, ':') ? "[%s]:0" : "%s:0", to);
	sock_address(where, &address);
	six = address.ss_family == AF_INET6;
	fd = must(sock_open(sender, address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK,
			    six ? IPPROTO_ICMPV6 : IPPROTO_ICMP));
	for (unsigned int i = 0; i < n; i++) {
		uint8_t echo[64] = { six ? ICMP6_ECHO_REQUEST : ICMP_ECHO };

		echo[7] = (uint8_t)i;
		sock_sendto(sender, (int)fd, echo, sizeof(echo), where);
		lab_run(lab_of(sender), BED_TRIP);
		while (sock_recv(sender, (int)fd, echo, sizeof(echo), 0) > 0)
			answers += echo[0] == (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY);
	}
	must(sock_close(sender, (int)fd));
	return answers;
}

void icmp_listen(struct lab_node *node, int fd)
{
	bool six = sock_get_int(node, fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6;

	must(sock_set_int(node, fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
			  six ? IPV6_RECVERR : IP_RECVERR, 1));
}

bool icmp_error(struct lab_node *node, int fd, struct icmp_error *error)
{
	char data[64];
	union {
		struct cmsghdr align;
		char space[512];
	} control;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &control, .msg_controllen = sizeof(control) };

	if (sock_recvmsg(node, fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		struct sock_extended_err *e = (void *)CMSG_DATA(c);

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		*error = (struct icmp_error){
			.error = (int)e->ee_errno, .origin = e->ee_origin,
			.type = e->ee_type, .code = e->ee_code,
			.offender = SO_EE_OFFENDER(e)->sa_family == AF_UNSPEC ?
				    "" : sock_text(SO_EE_OFFENDER(e)),
		};
		return true;
	}
	return false;
}

bool udp_error(struct lab_node *sender, const char *to, struct icmp_error *error)
{
	struct sockaddr_storage address;
	bool got;
	long fd;

	sock_address(to, &address);
	fd = must(sock_open(sender, address.ss_family, SOCK_DGRAM, 0));
	icmp_listen(sender, (int)fd);
	must(sock_sendto(sender, (int)fd, "probe", 5, to));
	lab_run(lab_of(sender), BED_TRIP);
	got = icmp_error(sender, (int)fd, error);
	must(sock_close(sender, (int)fd));
	return got;
}
