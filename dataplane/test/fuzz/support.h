/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_FUZZ_SUPPORT_H
#define NUSE_FUZZ_SUPPORT_H

/*
 * What fuzz targets stand on: the buffers of a library kernel, in memory with
 * nothing before and behind it, and the kernel's rules about them. A port that
 * breaks a rule ends the run.
 */
#include <stddef.h>
#include <stdint.h>

#include <nuse/port.h>

/* Bytes of the input, taken one after the other; zeros when it is over. */
struct input {
	const uint8_t *at;
	size_t left;
};

uint8_t input_byte(struct input *input);
uint16_t input_u16(struct input *input);
/* Fill `size` bytes as far as the input goes; how many. */
size_t input_bytes(struct input *input, void *to, size_t size);

/* `size` bytes, zeroed, between pages that cannot be touched. */
void *guarded(size_t size);

/* Have `port` use our kernel; its buffers are all free. */
void kernel_attach(struct nuse_port *port);
/* Receive a burst and check it: whole frames, in buffers that the port had. */
void kernel_receive(struct nuse_port *port, unsigned int queue);
/* Send a burst of frames of one to three entries, as the input says. */
void kernel_send(struct nuse_port *port, unsigned int queue, struct input *input);
/* Everything must have come back: buffers and tokens. */
void kernel_check_idle(void);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
