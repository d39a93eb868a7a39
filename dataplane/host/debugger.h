/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_DEBUGGER_H
#define NUSE_DEBUGGER_H

/*
 * Lets gdb find the symbols of every instance, as it finds those of shared
 * libraries: through the dynamic linker's public list (link.h, r_debug). All
 * instances together are one more namespace at the end of that list.
 */
#include <link.h>
#include <stdbool.h>

struct nuse_debugger {
	struct link_map map;
	bool listed;
};

/* `path` must stay valid until removed; a C library without the list is fine. */
void nuse_debugger_add(struct nuse_debugger *entry, void *base, const char *path,
		       const void *dynamic);
void nuse_debugger_remove(struct nuse_debugger *entry);

#endif
