// SPDX-License-Identifier: GPL-2.0-only

import type { Step } from "../sections/section.js";

/** The steps of several kernels as one list: those that are the same stand there once. */
export function merge(plans: readonly (readonly Step[])[]): Step[] {
  const [first = [], ...others] = plans;
  const seen = new Set(first.map(({ words }) => words));
  const more = others.flat().filter(({ words }) => !seen.has(words) && seen.add(words));
  return [...first, ...more];
}
