// SPDX-License-Identifier: GPL-2.0-only
// Bursts by how many frames they had, as one metric a direction with a label.

import { Counter } from "prom-client";
import type { Registry } from "prom-client";
import type { Source } from "./counters.js";

/** The engine's counter says the smallest size it counts; the label says all. */
const sizes: readonly (readonly [least: number, label: string])[] = [
  [1, "1"], [2, "2-3"], [4, "4-7"], [8, "8-15"], [16, "16-31"], [32, "32-63"], [64, "64"],
];

const ways = [
  { prefix: "rx", metric: "worker_receive_bursts_total", help: "Bursts received, by how many frames they had." },
  { prefix: "tx", metric: "worker_transmit_bursts_total", help: "Bursts sent, by how many frames they had." },
] as const;

export function registerBursts(registry: Registry, source: Source): void {
  for (const { prefix, metric, help } of ways) {
    new Counter({
      name: `nuse_${metric}`, help, labelNames: ["worker", "size"], registers: [registry],
      collect() {
        this.reset();
        for (const [labels, { names, values }] of source()) {
          for (const [least, size] of sizes) {
            const at = names.indexOf(`${prefix}_bursts_${least}`);
            if (at >= 0) this.inc({ ...labels, size }, Number(values[at]));
          }
        }
      },
    });
  }
}
