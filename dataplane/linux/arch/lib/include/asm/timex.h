/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_LIB_TIMEX_H
#define _ASM_LIB_TIMEX_H

/*
 * A count that never stands still, so that whoever waits for it to move
 * (jitterentropy) ends on a virtual clock too, and the same in every run of
 * one: the clock, or one more than last time.
 */
typedef unsigned long cycles_t;

cycles_t get_cycles(void);
#define get_cycles get_cycles

#include <asm-generic/timex.h>

#endif
