/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_LAB_PRIVATE_H
#define NUSE_TEST_LAB_PRIVATE_H

/* What the files of the laboratory share. */
#include "lab.h"

#define LAB_NODES	NUSE_SLOTS
#define LAB_LOG_SIZE	(1u << 20)

struct lab_node {
	struct lab_node *next;
	struct lab *lab;
	struct nuse_instance *inst;
	unsigned int number;		/* from 1 */
	unsigned int ports;
	bool warnings;			/* are allowed */
	char name[32];
	/* A direct call is on its way since then, UINT64_MAX = none. */
	uint64_t call_began;
	long call_nr;
	size_t log_len;
	char log[LAB_LOG_SIZE];
};

struct lab {
	struct lab_node *nodes;		/* oldest first */
	struct lab_link *links;
	struct lab_task *tasks;
	uint64_t now;
	unsigned int nr_nodes;
};

/* ------------------------------------------------------------- lab_link.c */

/* When the next frame on a wire arrives, UINT64_MAX = none. */
uint64_t lab_links_next(const struct lab *lab);
/* Frames sent can never arrive: their node is gone. */
void lab_links_free(struct lab *lab);

/* ------------------------------------------------------------- lab_task.c */

void lab_tasks_free(struct lab *lab);

/* ------------------------------------------------------------- lab_wire.c */

/* One frame on its way, in a queue ordered by arrival. */
struct lab_packet {
	struct lab_packet *next;
	uint64_t due;
	struct nuse_frame offload;	/* flags, csum_*, gso_*, hdr_len of it */
	uint32_t len, room;
	uint8_t data[];
};

struct lab_wire {
	struct lab_packet *head, **tail;
	unsigned int length;
};

void lab_wire_init(struct lab_wire *wire);
/* A packet with room for `len` bytes, not on any wire yet. */
struct lab_packet *lab_packet_new(uint32_t len);
void lab_wire_put(struct lab_wire *wire, struct lab_packet *packet);
/* The first packet if it has arrived by `now`; stays on the wire. */
struct lab_packet *lab_wire_peek(struct lab_wire *wire, uint64_t now);
void lab_wire_drop(struct lab_wire *wire);	/* the first one */
void lab_wire_clear(struct lab_wire *wire);

/* Copy a frame of `n` entries together. */
struct lab_packet *lab_packet_gather(const struct nuse_frame *frames, unsigned int n);

/* ---------------------------------------------------------- lab_offload.c */

/* Fill in the checksum of a frame with NUSE_FRAME_CSUM_PARTIAL. */
void lab_offload_csum(struct lab_packet *packet);
/*
 * Cut a frame with gso_size into frames with right headers and checksums; a
 * list by ->next. Frees `packet`. Anything but TCP and UDP comes back as it was.
 */
struct lab_packet *lab_offload_cut(struct lab_packet *packet);
/* Did a card that knows TCP and UDP find a good checksum? */
bool lab_offload_verify(const struct lab_packet *packet);

/* ---------------------------------------------------------- lab_capture.c */

struct lab_capture {
	bool on;
	struct lab_frame *frames;
	unsigned int n, room;
	void *pcap;			/* FILE, or NULL */
};

void lab_capture_open(struct lab_capture *capture, const char *a, const char *a_dev,
		      const char *b, const char *b_dev);
void lab_capture_add(struct lab_capture *capture, const struct lab_frame *frame);
void lab_capture_close(struct lab_capture *capture);

struct lab_end {
	struct lab_link *link;
	struct lab_node *node;		/* NULL = the test's side */
	struct lab_end *peer;
	struct lib_port *port;
	struct nuse_port_config config;
	char dev[16];
	bool up;
	uint64_t frames, bytes;		/* sent into the link */
	struct lab_wire wires[NUSE_PORT_QUEUES];	/* towards this end */
	/* Transmitted and not handed back yet, with tx_lends. */
	uint64_t tokens[256];
	unsigned int nr_tokens;
};

struct lab_link {
	struct lab_link *next;
	struct lab *lab;
	struct lab_link_options options;
	struct lab_end ends[2];
	bool carrier, removed;
	lab_hook hook;
	void *hook_arg;
	struct lab_capture capture;
};

#endif
