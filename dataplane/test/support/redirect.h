/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_REDIRECT_H
#define NUSE_TEST_REDIRECT_H

/*
 * Libraries that know nothing of instances: between redirect_begin() and
 * redirect_end() a socket() call of this process, be it of libmnl or another
 * library, opens one in `node`. Such sockets have numbers from REDIRECT_BASE
 * on, and go on belonging to the node until they are closed.
 */
#include "lab.h"

#define REDIRECT_BASE 512		/* FD_SET() takes up to 1023 */

void redirect_begin(struct lab_node *node);
void redirect_end(void);

#endif
