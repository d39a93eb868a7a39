// SPDX-License-Identifier: GPL-2.0-only
// Frames that the kernel dropped. The kernel keeps a bounded number of reasons
// and places apart, so that the labels' values are bounded as well.

import { Counter } from "prom-client";
import type { Registry } from "prom-client";
import type { Drop } from "../engine/addon.js";

export type DropSource = () => Iterable<readonly [labels: Record<string, string>, drops: readonly Drop[]]>;

/** "ip_rcv_core+0x12/0x345" and "ip_rcv_core.isra.0+0x12/0x345": ip_rcv_core, the same in every build. */
export const functionOf = (place: string): string => place.replace(/[.+].*$/, "");

export function registerDrops(registry: Registry, source: DropSource): void {
  new Counter({
    name: "nuse_worker_drops_total",
    help: "Frames that the kernel dropped, by its reason and by the function that dropped them.",
    labelNames: ["worker", "reason", "place"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, drops] of source()) {
        for (const { reason, place, frames } of drops) this.inc({ ...labels, reason, place: functionOf(place) }, frames);
      }
    },
  });
}
