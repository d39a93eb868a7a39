// SPDX-License-Identifier: GPL-2.0-only

import type { Prefix } from "../../net/address.js";

export interface RunningAddress {
  readonly prefix: Prefix;
  /** Configured by somebody, not made by the kernel or learned: ours to delete. */
  readonly owned: boolean;
}

/** By the name of the interface. */
export type RunningAddresses = ReadonlyMap<string, readonly RunningAddress[]>;
