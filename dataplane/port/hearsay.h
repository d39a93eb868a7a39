/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_HEARSAY_H
#define NUSE_HEARSAY_H

/* Which frames say something about a neighbour that all workers should hear. */
#include <nuse/liblinux.h>
#include <stdbool.h>

/* `frame` is the first entry of a received frame. */
bool nuse_is_hearsay(const struct nuse_frame *frame);

#endif
