// SPDX-License-Identifier: GPL-2.0-only

import type { NeighbourConfig } from "../../config/model.js";

/** The neighbours that the configuration made. */
export type RunningNeighbours = readonly NeighbourConfig[];
