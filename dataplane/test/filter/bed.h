/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_FILTER_BED_H
#define NUSE_TEST_FILTER_BED_H

/*
 * Two hosts and a router between them, the bed of most filter tests:
 *
 *   left eth0 ---- lan router wan ---- eth0 right
 *   10.0.1.2       .1        10.0.2.1          .2
 *   2001:db8:1::2  ::1       2001:db8:2::1     ::2
 *
 * The router forwards, the hosts have default routes to it. Everybody may open
 * ping sockets.
 */
#include "support/lab.h"
#include "support/nft.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct bed {
	struct lab *lab;
	struct lab_node *left, *router, *right;
	struct lab_link *lan, *wan;
};

/* A bed as a test's state. */
int bed_setup(void **state);
int bed_teardown(void **state);
#define bed_test(fn) cmocka_unit_test_setup_teardown(fn, bed_setup, bed_teardown)

/* Time for a packet or two to go and come, address resolution included. */
#define BED_TRIP (20 * MS)

/*
 * Send the datagram "probe" from a new socket (bound to `from`, may be NULL) of
 * `sender` to `to`, where `receiver` listens on `at`. Who it came from, as the
 * receiver sees it; NULL = it did not arrive.
 */
const char *udp_probe(struct lab_node *sender, const char *from, const char *to,
		      struct lab_node *receiver, const char *at);

/* Does a datagram from `sender` arrive at `receiver`'s address `to`? */
bool udp_passes(struct lab_node *sender, struct lab_node *receiver, const char *to);

/*
 * A datagram from the client's socket to `to`, and an answer from the server's to
 * whom it seems to come from; who each of them sees. Both have to arrive.
 */
void udp_exchange(struct lab_node *client, int fd, const char *to, struct lab_node *server,
		  int server_fd, const char **seen_by_server, const char **seen_by_client);

/* Try to connect: 0, -ECONNREFUSED ..., -EINPROGRESS = no answer at all. */
int tcp_try(struct lab_node *sender, const char *to);

/* Echo requests to an address that were answered, of `n`, 10 ms between them. */
unsigned int ping(struct lab_node *sender, const char *to, unsigned int n);

/* An ICMP error that a socket has got. */
struct icmp_error {
	int error;			/* errno */
	uint8_t origin, type, code;	/* SO_EE_ORIGIN_* */
	const char *offender;		/* who sent it */
};

/* Have errors of a socket kept; take the first one: false = there is none. */
void icmp_listen(struct lab_node *node, int fd);
bool icmp_error(struct lab_node *node, int fd, struct icmp_error *error);

/* Send one datagram to `to` and take the ICMP error that comes back. */
bool udp_error(struct lab_node *sender, const char *to, struct icmp_error *error);

/* The number behind `word` in what an nft command prints, -1 = not there. */
long long nft_number(struct lab_node *node, const char *command, const char *word);
/* Packets and bytes of a named counter: "inet t seen". */
long long nft_packets(struct lab_node *node, const char *counter);
long long nft_bytes(struct lab_node *node, const char *counter);
/* Does a command print this text? */
bool nft_shows(struct lab_node *node, const char *command, const char *text);

/*
 * Frames captured on a link, sent by `from`, that are IP of this protocol; the
 * first one and its IP header, or NULL. `skip` of them are passed over.
 */
const struct lab_frame *bed_frame(const struct lab_link *link, const struct lab_node *from,
				  int protocol, unsigned int skip, const uint8_t **ip);
unsigned int bed_frames(const struct lab_link *link, const struct lab_node *from, int protocol);

/*
 * All frames captured on a link have right checksums, and no IPv4 header shows
 * this address (4 bytes, NULL = any is good).
 */
void bed_assert_clean(const struct lab_link *link, const void *address);

#endif
