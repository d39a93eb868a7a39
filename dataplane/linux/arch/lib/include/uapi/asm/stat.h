/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* The host is x86-64: its layout. */
#include <x86/include/uapi/asm/stat.h>
