/* SPDX-License-Identifier: GPL-2.0-only */
/* Frame pointers for assembly: there are none, gdb has the unwind tables. */
#ifndef _ASM_LIB_FRAME_H
#define _ASM_LIB_FRAME_H

#ifdef __ASSEMBLY__

.macro FRAME_BEGIN
.endm

.macro FRAME_END
.endm

#endif

#define FRAME_OFFSET 0

#endif
