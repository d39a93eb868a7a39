// SPDX-License-Identifier: GPL-2.0-only
// The difference between what is and what is wanted. Pure: it reads nothing
// and changes nothing.

import type { Config } from "../config/model.js";
import { sections } from "../sections/all.js";
import { phases } from "../sections/section.js";
import type { Phase, Step } from "../sections/section.js";
import type { State } from "../sections/state.js";

const order = new Map<Phase, number>(phases.map((phase, index) => [phase, index]));

/**
 * Steps that turn `running` into what `wanted` says, in an order in which each
 * finds what it needs; stopping after any of them leaves a working router.
 */
export function plan(running: State, wanted: Config): Step[] {
  return sections
    .flatMap((section) => section.plan(running, wanted))
    .sort((a, b) => order.get(a.phase)! - order.get(b.phase)!);
}
