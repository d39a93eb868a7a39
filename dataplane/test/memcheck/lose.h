/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_MEMCHECK_LOSE_H
#define NUSE_TEST_MEMCHECK_LOSE_H

#include "support/lab.h"

/*
 * Have the node's kernel allocate something and forget where: the address of a
 * unix socket, of which every pointer in the node's RAM is cleared. LKDTM loses
 * nothing, so this takes the place of a bug.
 */
void lose_a_unix_address(struct lab_node *node);

#endif
