/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLIENT_INSN_H
#define NUSE_CLIENT_INSN_H

#include <stdint.h>

/*
 * Bytes of the instruction at `at` if it may be moved elsewhere: no jump, nothing
 * relative to its address. 0 = not, or not one of those that follow system calls.
 */
unsigned int insn_movable(const uint8_t *at);

#endif
