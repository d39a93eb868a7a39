// SPDX-License-Identifier: GPL-2.0-only
// The difference between what is and what is wanted. Pure: it reads nothing
// and changes nothing.

import type { Config } from "../config/model.js";
import { sections } from "../sections/all.js";
import { decideFates, shaken } from "../sections/links/fates.js";
import { phases } from "../sections/section.js";
import type { Phase, Step } from "../sections/section.js";
import type { State } from "../sections/state.js";

const order = new Map<Phase, number>(phases.map((phase, index) => [phase, index]));

/**
 * Steps that turn `running` into what `wanted` says, in an order in which each
 * finds what it needs; stopping after any of them leaves a working router.
 */
export function plan(running: State, wanted: Config): Step[] {
  const { early, late } = decideFates(running.links, wanted);
  const gone = new Set([...early, ...late].map(({ name }) => name));
  const left = after(after(running, "without", gone), "moved", shaken(running.links, wanted, early));
  return sections
    .flatMap((section) => section.plan(section.name === "links" ? running : left, wanted))
    .sort((a, b) => order.get(a.phase)! - order.get(b.phase)!);
}

/** What is left when that happens to links: their addresses and routes go with them. */
function after(running: State, event: "without" | "moved", names: ReadonlySet<string>): State {
  if (names.size === 0) return running;
  const left = sections.map((section) => {
    const state = running[section.name];
    return [section.name, section[event]?.(state, names) ?? state];
  });
  return Object.fromEntries(left) as State;
}
