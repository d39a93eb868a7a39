// SPDX-License-Identifier: GPL-2.0-only
/* x86_match_cpu(), from the tree. */
#include <x86/kernel/cpu/match.c>
