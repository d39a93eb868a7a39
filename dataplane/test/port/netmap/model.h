/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_NETMAP_MODEL_H
#define NUSE_TEST_NETMAP_MODEL_H

/*
 * A model of the kernel's side of netmap, in this process: NICs, VALE switches
 * that learn, and pipes, with requests, memory and rings as the ABI has them.
 * The linker puts it in the place of open(), ioctl(), mmap(), munmap(), close()
 * and ppoll(), so what is tested is tested as it is; descriptors and mappings
 * are real ones. Any thread.
 *
 * At every sync it compares what the program did to a ring with what the rules
 * allow it. The first rule that was broken is remembered by name.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_options {
	unsigned int seed;
	bool random;			/* move some frames and slots a sync, not all */
	uint32_t slots;			/* of VALE's rings and pipes', 0 = 1024 */
	uint32_t buf_size;		/* 0 = 2048 */
};

/* Forget everything. Fails the test if something is still open. */
void model_reset(const struct model_options *options);

void model_set_random(bool random);

/* What opening the device and REGISTER fail with, 0 = nothing. */
void model_refuse(int open_error, int register_error);
/* The only version that is known; NETMAP_API at first. */
void model_set_version(unsigned int version);

void model_add_nic(const char *name, unsigned int rings, uint32_t slots);
/* Cables a NIC's port to another's; one without a cable is the test's. */
void model_wire(const char *a, const char *b);
/* The NIC has gone, and what was open on it fails; it can be added again. */
void model_remove_nic(const char *name);
/* A frame arrives; false = no room. */
bool model_nic_deliver(const char *name, unsigned int ring, const void *data, uint32_t len);
/* The oldest frame sent, at most `size` bytes of it; its length, -1 = none. */
long model_nic_sent(const char *name, void *data, uint32_t size);

/* Another program writes nonsense into a ring of the port: no fault of this one. */
void model_scribble(const char *name, bool receive);
/* As the kernel does with slots that it finds spoilt: they have no buffers any more. */
void model_take_buffers(const char *name);

/* The rule that was broken first, NULL = none. */
const char *model_broken(void);
/* Descriptors and mappings that are open. */
unsigned int model_open_count(void);

enum model_counter {
	MODEL_TXSYNCS,
	MODEL_RXSYNCS,
	MODEL_FRAMES,			/* that went through a transmit ring */
	MODEL_CHAINS,			/* of them, in more than one slot */
	MODEL_WRAPS,			/* of a ring's head */
	MODEL_FULL,			/* syncs of a transmit ring without a free slot */
	MODEL_LOST,			/* by a switch, for want of room */
	MODEL_COUNTERS,
};
uint64_t model_count(enum model_counter counter);

#endif
