/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_GARBAGE_H
#define NUSE_TEST_GARBAGE_H

/* Frames that nobody should send: random bytes, and valid frames spoilt. */
#include <stdint.h>

/* One frame of at most 1514 bytes; its length. The same for the same state. */
uint32_t garbage_random(uint64_t *state, uint8_t *frame);
uint32_t garbage_mutated(uint64_t *state, uint8_t *frame);

#endif
