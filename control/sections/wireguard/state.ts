// SPDX-License-Identifier: GPL-2.0-only

import type { WireguardLink } from "../../config/links.js";

/** By the name of the interface. */
export type RunningWireguard = ReadonlyMap<string, WireguardLink>;
