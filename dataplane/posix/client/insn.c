// SPDX-License-Identifier: GPL-2.0-only
/* As much of x86's encoding as is found behind system calls. */
#include <stdbool.h>

#include "insn.h"

/* Bytes of a modrm operand and what belongs to it; 0 = relative to %rip. */
static unsigned int operand(const uint8_t *modrm)
{
	unsigned int mod = modrm[0] >> 6, rm = modrm[0] & 7, n = 1;

	if (mod == 3)
		return n;
	if (rm == 4) {
		n++;
		if (mod == 0 && (modrm[1] & 7) == 5)
			return n + 4;
	} else if (mod == 0 && rm == 5) {
		return 0;
	}
	return n + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

unsigned int insn_movable(const uint8_t *at)
{
	unsigned int prefix = (at[0] & 0xf0) == 0x40 ? 1 : 0, n;
	bool wide = prefix && at[0] & 8;
	const uint8_t *op = at + prefix;

	switch (op[0]) {
	case 0x01: case 0x29: case 0x31: case 0x33: case 0x39: case 0x3b: case 0x63:
	case 0x85: case 0x89: case 0x8b: case 0x8d:
		n = operand(op + 1);
		return n ? prefix + 1 + n : 0;
	case 0x83:
		n = operand(op + 1);
		return n ? prefix + 1 + n + 1 : 0;
	case 0x3d:
		return prefix + 5;
	case 0x90:
		return prefix + 1;
	default:
		if (op[0] >= 0xb8 && op[0] <= 0xbf && !wide)
			return prefix + 5;
		return 0;
	}
}
