// SPDX-License-Identifier: GPL-2.0-only

import type { TrafficObject } from "../../netlink/tc.js";

/** What traffic control has on an interface: qdiscs that somebody put there, classes, filters. */
export interface RunningQos {
  readonly qdiscs: readonly TrafficObject[];
  readonly classes: readonly TrafficObject[];
  readonly filters: readonly TrafficObject[];
}

/** By interface. */
export type RunningTraffic = ReadonlyMap<string, RunningQos>;
