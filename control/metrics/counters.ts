// SPDX-License-Identifier: GPL-2.0-only
// Counters that the worker keeps in shared memory, as metrics. Which metric a
// counter is, is said here once; a counter nobody knows is left out.

import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";
import type { Counters } from "../engine/addon.js";

export type Source = () => Iterable<readonly [labels: Record<string, string>, counters: Counters]>;

export interface Meaning {
  /** Metric name without the prefix. */
  readonly metric: string;
  readonly help: string;
  /** Ticks of the processor's clock become seconds. */
  readonly ticks?: true;
  readonly gauge?: true;
}

const seconds = (ticks: number, perSecond: number): number => (perSecond > 0 ? ticks / perSecond : 0);

/** One metric a known counter, read from shared memory at the scrape. */
export function registerCounters(
  registry: Registry,
  meanings: Readonly<Record<string, Meaning>>,
  labelNames: readonly string[],
  source: Source,
): void {
  for (const [counter, { metric, help, ticks = false, gauge = false }] of Object.entries(meanings)) {
    const options = { name: `nuse_${metric}`, help, labelNames: [...labelNames], registers: [registry] };
    const read = (set: (labels: Record<string, string>, value: number) => void): void => {
      for (const [labels, { names, values }] of source()) {
        const at = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
        if (names.includes(counter)) set(labels, ticks ? seconds(at(counter), at("ticks_per_second")) : at(counter));
      }
    };
    if (gauge) {
      new Gauge({ ...options, collect() { read((labels, value) => this.set(labels, value)); } });
    } else {
      new Counter({
        ...options,
        collect() {
          this.reset();
          read((labels, value) => this.inc(labels, value));
        },
      });
    }
  }
}
