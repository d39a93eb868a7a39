// SPDX-License-Identifier: GPL-2.0-only

/** Where nused listens, and nuse looks for it, when nothing else is said. */
export const defaultSocket = "/run/nuse/nused.sock";
