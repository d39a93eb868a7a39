// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>

#include "datagram.h"
#include "support/sock.h"

struct waiting {
	struct lab_node *node;
	int fd, flags;
	struct msghdr *msg;
	long result;
};

/* Has something come to the socket? */
static bool received(void *arg)
{
	struct waiting *w = arg;

	w->result = sock_recvmsg(w->node, w->fd, w->msg, w->flags | MSG_DONTWAIT);
	return w->result != -EAGAIN;
}

static void fill_payload(uint8_t *payload, size_t size)
{
	static unsigned int turn;

	turn++;
	for (size_t i = 0; i < size; i++)
		payload[i] = (uint8_t)DATAGRAM_TEXT[(i + turn) % (sizeof(DATAGRAM_TEXT) - 1)];
}

static int open_source(const struct datagram *d)
{
	int family = d->target[0] == '[' ? AF_INET6 : AF_INET;
	int fd = (int)must(sock_open(d->from, family, SOCK_DGRAM, 0));

	if (d->from_dev)
		must(sock_set_text(d->from, fd, SOL_SOCKET, SO_BINDTODEVICE, d->from_dev));
	if (d->mark)
		must(sock_set_int(d->from, fd, SOL_SOCKET, SO_MARK, (int)d->mark));
	if (d->ttl && family == AF_INET) {
		must(sock_set_int(d->from, fd, IPPROTO_IP, IP_TTL, (int)d->ttl));
		must(sock_set_int(d->from, fd, IPPROTO_IP, IP_MULTICAST_TTL, (int)d->ttl));
	} else if (d->ttl) {
		must(sock_set_int(d->from, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int)d->ttl));
		must(sock_set_int(d->from, fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, (int)d->ttl));
	}
	if (d->cut)
		must(sock_set_int(d->from, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT));
	if (d->whole)
		must(sock_set_int(d->from, fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	if (d->options)
		must(sock_set(d->from, fd, IPPROTO_IP, IP_OPTIONS, d->options, d->nr_options));
	if (d->source)
		must(sock_bind(d->from, fd, d->source));
	return fd;
}

bool arrives(const struct datagram *d)
{
	static uint8_t payload[65536], got[65536];
	struct iovec iov = { got, sizeof(got) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int family = d->target[0] == '[' ? AF_INET6 : AF_INET;
	struct waiting w = { .node = d->to, .msg = &msg };
	bool good = false;
	int fd = open_source(d);

	w.fd = (int)must(sock_open(d->to, family, SOCK_DGRAM, 0));
	must(sock_set_int(d->to, w.fd, SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20));
	if (d->to_dev)
		must(sock_set_text(d->to, w.fd, SOL_SOCKET, SO_BINDTODEVICE, d->to_dev));
	must(sock_bind(d->to, w.fd, d->target));
	fill_payload(payload, d->size);
	memset(got, 0, d->size);
	if (sock_sendto(d->from, fd, payload, d->size, d->target) == (long)d->size &&
	    lab_until(lab_of(d->from), received, &w, 2 * SEC)) {
		good = w.result == (long)d->size && !memcmp(payload, got, d->size);
		lab_run(lab_of(d->from), MS);
		if (received(&w))
			fail_msg("%s: the datagram arrived twice", d->target);
	}
	sock_close(d->from, fd);
	sock_close(d->to, w.fd);
	return good;
}

bool refused(const struct datagram *d, struct datagram_error *error)
{
	static uint8_t payload[65536];
	char control[512];
	struct iovec iov = { payload, sizeof(payload) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd = open_source(d);
	struct waiting w = { .node = d->from, .fd = fd, .flags = MSG_ERRQUEUE, .msg = &msg };
	bool v6 = d->target[0] == '[', found = false;

	*error = (struct datagram_error){ .offender = "" };
	must(sock_set_int(d->from, fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
			  v6 ? IPV6_RECVERR : IP_RECVERR, 1));
	fill_payload(payload, d->size);
	sock_sendto(d->from, fd, payload, d->size, d->target);
	if (lab_until(lab_of(d->from), received, &w, 10 * SEC))
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
			struct sock_extended_err *e = (void *)CMSG_DATA(c);

			if (c->cmsg_type != (v6 ? IPV6_RECVERR : IP_RECVERR))
				continue;
			*error = (struct datagram_error){
				.error = (int)e->ee_errno, .origin = e->ee_origin,
				.type = e->ee_type, .code = e->ee_code, .info = e->ee_info,
				.offender = sock_text(SO_EE_OFFENDER(e)) };
			found = true;
		}
	sock_close(d->from, fd);
	return found;
}
