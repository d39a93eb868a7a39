// SPDX-License-Identifier: GPL-2.0-only

import type { HopConfig, RouteType } from "../../config/model.js";
import type { Address, Prefix } from "../../net/address.js";

export interface Route {
  readonly to: Prefix;
  readonly type: RouteType;
  readonly hops: readonly HopConfig[];
  readonly metric: number;
  readonly table: number;
  readonly src: Address | undefined;
  readonly mtu: number | undefined;
  readonly advmss: number | undefined;
}
