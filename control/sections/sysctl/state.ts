// SPDX-License-Identifier: GPL-2.0-only

export interface RunningSysctl {
  readonly value: string;
  /** What it was before the configuration first set it; undefined when it never did. */
  readonly original: string | undefined;
}

/** By path below /proc/sys. One that is absent is refused when it is set. */
export type RunningSysctls = ReadonlyMap<string, RunningSysctl>;
