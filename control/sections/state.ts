// SPDX-License-Identifier: GPL-2.0-only
// What is, in the terms of what is wanted: one entry a section.

import type { RunningAddresses } from "./addresses/state.js";
import type { RunningFirewall } from "./firewall/state.js";
import type { RunningLinks } from "./links/state.js";
import type { RunningNeighbours } from "./neighbours/state.js";
import type { RunningTraffic } from "./qos/state.js";
import type { Route } from "./routes/state.js";
import type { RunningRules } from "./rules/state.js";
import type { RunningSysctls } from "./sysctl/state.js";
import type { RunningWireguard } from "./wireguard/state.js";

export interface State {
  readonly links: RunningLinks;
  readonly addresses: RunningAddresses;
  /** The routes that the configuration owns, not those of daemons and the kernel. */
  readonly routes: readonly Route[];
  readonly firewall: RunningFirewall;
  readonly rules: RunningRules;
  readonly neighbours: RunningNeighbours;
  readonly wireguard: RunningWireguard;
  readonly sysctl: RunningSysctls;
  readonly qos: RunningTraffic;
}
