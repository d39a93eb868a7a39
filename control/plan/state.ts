// SPDX-License-Identifier: GPL-2.0-only
// What is, in the terms of what is wanted.

import type { Address, Prefix } from "../net/address.js";

export interface RunningAddress {
  readonly prefix: Prefix;
  /** Configured by somebody, not made by the kernel or learned: ours to delete. */
  readonly owned: boolean;
}

export interface RunningInterface {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly addresses: readonly RunningAddress[];
}

export interface Route {
  readonly to: Prefix;
  readonly via: Address | undefined;
  readonly interface: string | undefined;
  readonly metric: number;
}

export interface State {
  readonly interfaces: ReadonlyMap<string, RunningInterface>;
  /** The routes that the configuration owns, not those of daemons and the kernel. */
  readonly routes: readonly Route[];
  readonly sysctls: ReadonlyMap<string, string>;
}
