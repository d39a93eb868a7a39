/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_WIRE_H
#define NUSE_TEST_WIRE_H

/*
 * A port whose other end is the test: what is put in arrives at the kernel,
 * what the kernel sends is counted, and seen by a function.
 */
#include "kit.h"

#define WIRE_DEPTH	256		/* frames on their way in */
#define WIRE_LEN	1600

struct wire_frame {
	uint32_t len;
	uint8_t data[WIRE_LEN];
};

struct wire {
	struct nuse_instance *inst;
	const struct nuse_liblinux *lib;
	struct lib_port *port;
	struct nuse_port_ops ops;	/* tests may change them before wire_add() */
	char name[16];
	uint8_t mac[6];
	int ifindex;

	struct wire_frame *in;		/* ring of WIRE_DEPTH */
	unsigned int head, tail;
	uint64_t sent, sent_bytes;
	void (*seen)(void *arg, const uint8_t *frame, uint32_t len);
	void *arg;
};

/* `number` makes its MAC address, 02:00:00:00:00:<number>, and the name, wire<number>. */
void wire_init(struct wire *wire, struct nuse_instance *inst, unsigned int number);
/* Make the interface, with carrier. */
void wire_add(struct wire *wire);
/* Give it an IPv4 address and set it up; the result of that. */
long wire_up(struct wire *wire, const char *address, const char *netmask);
long wire_down(struct wire *wire);
/* One of /sys/class/net/<name>/statistics. */
long wire_statistic(const struct wire *wire, const char *name);
/* A neighbour that need not be asked for. */
void wire_neighbour(struct wire *wire, const char *address, unsigned int number);
/* The interface goes, unless its instance has died. */
void wire_remove(struct wire *wire);

/* Put a frame in; false = the ring is full. */
bool wire_put(struct wire *wire, const void *frame, uint32_t len);
/* Take frames for the kernel: what rx_burst does. */
unsigned int wire_take(struct wire *wire, struct nuse_frame *frames, unsigned int n);

/* A UDP datagram from 10.0.1.2 (number 102) to 10.0.2.2, by way of `wire`; its length. */
uint32_t wire_datagram(const struct wire *wire, uint8_t *frame);

#endif
