/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NET_DATAGRAM_H
#define NUSE_TEST_NET_DATAGRAM_H

/* UDP datagrams sent through a lab, what comes of them, and pings. */
#include "support/lab.h"

/* Payloads consist of this, again and again, from any place in it on. */
#define DATAGRAM_TEXT "to be read by all "

struct datagram {
	struct lab_node *from, *to;	/* `to` only for arrives() */
	const char *source;		/* "10.0.0.1:1000", NULL = the kernel chooses */
	const char *target;
	size_t size;
	const char *from_dev, *to_dev;	/* the sockets are bound to these, or NULL */
	unsigned int ttl;		/* 0 = default */
	uint32_t mark;
	bool cut, whole;		/* never, or always, with "don't fragment" */
	const char *options;		/* IPv4 options, nr_options bytes */
	unsigned int nr_options;
};

/*
 * Send it, and receive it at `target`. True if it arrives within two seconds,
 * with the right bytes; a second copy of it fails the test.
 */
bool arrives(const struct datagram *d);

#define carries(from_, source_, to_, target_, size_)					\
	arrives(&(struct datagram){ .from = (from_), .source = (source_), .to = (to_),	\
				    .target = (target_), .size = (size_) })

struct datagram_error {
	int error;			/* errno */
	int origin;			/* SO_EE_ORIGIN_ICMP ... */
	unsigned int type, code, info;
	const char *offender;		/* who sent the ICMP message; valid till the next */
};

/* Send it to where nobody listens; false if no error comes within ten seconds. */
bool refused(const struct datagram *d, struct datagram_error *error);

/* An echo request of `size` bytes from a device (or NULL): is it answered? */
bool ping(struct lab_node *node, const char *dev, const char *target, size_t size);

#endif
