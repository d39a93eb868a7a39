// SPDX-License-Identifier: GPL-2.0-only
// Read the running state out of a kernel.

import type { Config } from "../config/model.js";
import type { Kernel } from "../kernel/kernel.js";
import { sections } from "../sections/all.js";
import type { State } from "../sections/state.js";

/** The state, as far as the configuration speaks of it. */
export async function readState(kernel: Kernel, wanted: Config): Promise<State> {
  const state: Partial<Record<keyof State, unknown>> = {};
  for (const section of sections) state[section.name] = await section.read(kernel, wanted);
  return state as State;
}
