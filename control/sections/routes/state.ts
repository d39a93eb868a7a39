// SPDX-License-Identifier: GPL-2.0-only

import type { Address, Prefix } from "../../net/address.js";

export interface Route {
  readonly to: Prefix;
  readonly via: Address | undefined;
  readonly interface: string | undefined;
  readonly metric: number;
}
