// SPDX-License-Identifier: GPL-2.0-only
// What is, in the terms of what is wanted: one entry a section.

import type { RunningAddresses } from "./addresses/state.js";
import type { RunningLinks } from "./links/state.js";
import type { Route } from "./routes/state.js";
import type { RunningSysctls } from "./sysctl/state.js";

export interface State {
  readonly links: RunningLinks;
  readonly addresses: RunningAddresses;
  /** The routes that the configuration owns, not those of daemons and the kernel. */
  readonly routes: readonly Route[];
  readonly sysctl: RunningSysctls;
}
