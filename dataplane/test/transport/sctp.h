/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_TRANSPORT_SCTP_H
#define NUSE_TEST_TRANSPORT_SCTP_H

/* Messages of SCTP with their stream and association. */
#include <linux/sctp.h>

#include "support/lab.h"
#include "support/sock.h"

/* A socket, IPv4, with `streams` each way, that tells of what it receives. */
int sctp_socket(struct lab_node *node, int type, unsigned int streams);

/* `to` NULL: by association `assoc`, which one-to-one sockets ignore. */
long sctp_send(struct lab_node *node, int fd, const void *data, size_t len, const char *to,
	       const struct sctp_sndinfo *info);

/* One whole message; its length, 0 = end, or -errno. */
long sctp_receive(struct lab_node *node, int fd, void *data, size_t room,
		  struct sctp_rcvinfo *info);

long long sctp_counter(struct lab_node *node, const char *name);

#endif
