/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_DOOM_H
#define NUSE_TEST_DOOM_H

/* One kernel dies; two others of the process, and what they do, must not notice. */
#include "kit.h"

struct doom {
	const char *name;			/* of the test */
	void (*die)(struct nuse_instance *inst);
	const char *reason;			/* in the panic message and the log */
};

/* The library whose instances die; NULL = kit_library(). */
void doom_library(const char *library);

/* Run each as a test, with witnesses booted before; how many failed. */
int doom_run(const struct doom *dooms, unsigned int n);

#endif
