// SPDX-License-Identifier: GPL-2.0-only

import type { ListedTable } from "../../firewall/listing.js";
import type { Marker } from "../../firewall/marker.js";

/** What of the firewall in a kernel is the configuration's. */
export interface RunningFirewall {
  /** What was applied last; undefined when nothing was. */
  readonly marker: Marker | undefined;
  /** The table of the structured part. */
  readonly own: ListedTable | undefined;
  /** Those of the tables of the raw text that are still there. */
  readonly raw: readonly ListedTable[];
}
