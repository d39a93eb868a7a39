/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_QOS_TC_BED_H
#define NUSE_TEST_QOS_TC_BED_H

/*
 * Two hosts and a link, whose frames are all captured:
 *
 *   a eth0 10.0.0.1 ---- 10.0.0.2 eth0 b
 *
 * Each knows the other's MAC address, and IPv6 is off: there is nothing on the
 * wire but what the test sends. `a` has 10.0.0.11 to .14 as well.
 */
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct bed {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link;
};

/* A bed as a test's state. */
int bed_setup(void **state);
int bed_teardown(void **state);
#define bed_test(fn) cmocka_unit_test_setup_teardown(fn, bed_setup, bed_teardown)

/* What is in front of a payload: Ethernet, IPv4 and UDP headers. */
#define BED_HEADERS 42

/*
 * Send `n` datagrams from a to b's `port`, in frames of `size` bytes, at once.
 * Each begins with its number and the time it was sent. Returns how many sends
 * did not fail. bed_flood_from() sends from another of a's addresses.
 */
unsigned int bed_flood(struct bed *bed, uint16_t port, size_t size, unsigned int n);
unsigned int bed_flood_from(struct bed *bed, const char *from, uint16_t port, size_t size,
			    unsigned int n);

/* The same on a socket of one's own: one datagram, the result of sendto(). */
int bed_socket(struct bed *bed, const char *from);
long bed_send(struct bed *bed, int fd, uint16_t port, size_t size, uint32_t number);

/* Frame number `i` on the link that a has sent to a UDP port, or NULL. */
const struct lab_frame *bed_frame(const struct bed *bed, uint16_t port, unsigned int i);
/* How many there are; 0 = any port. */
unsigned int bed_frames(const struct bed *bed, uint16_t port);
/* The UDP port a captured frame goes to, 0 = none. */
uint16_t bed_port(const struct lab_frame *frame);
/* The number in a datagram, and how long it took to the wire. */
uint32_t bed_number(const struct lab_frame *frame);
uint64_t bed_delay(const struct lab_frame *frame);

/* How many datagrams wait in a bound socket of b; they are taken. */
unsigned int bed_received(struct bed *bed, int fd);

/* Fail unless `value` is within `percent` of `expected`. */
#define assert_near(value, expected, percent) \
	bed_near((double)(value), (double)(expected), (percent), #value, __FILE__, __LINE__)
void bed_near(double value, double expected, double percent, const char *what,
	      const char *file, int line);

#endif
