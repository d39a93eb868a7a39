/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_REDIRECT_H
#define BENCH_REDIRECT_H

/*
 * Between redirect_start() and redirect_stop() netlink sockets that libraries
 * open in the calling thread are sockets of `stack`. redirect.c defines the
 * socket functions over those of the C library to do that.
 */
#include "stack.h"

void redirect_start(const struct stack *stack);
void redirect_stop(void);

#endif
