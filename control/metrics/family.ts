// SPDX-License-Identifier: GPL-2.0-only
// What a metric is here: a family that makes its samples out of one reading of
// everything. Families decide nothing else, so a test can ask them without a router.

import { Gauge } from "prom-client";
import type { MetricObjectWithValues, MetricType, MetricValueWithName, Registry } from "prom-client";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Of a histogram: which of its series this is. */
  readonly series?: "bucket" | "sum" | "count";
}

export interface Family<R> {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  samples(reading: R): Iterable<Sample>;
}

export const prefix = "nuse_";

/** Label values come from the kernel and the configuration: they are strings as they are. */
class FamilyMetric<R> extends Gauge<string> {
  readonly #family: Family<R>;
  readonly #read: () => Promise<R>;

  constructor(family: Family<R>, read: () => Promise<R>, registry: Registry) {
    super({ name: `${prefix}${family.name}`, help: family.help, labelNames: [...family.labels], registers: [registry] });
    this.#family = family;
    this.#read = read;
  }

  /** Straight to what is printed: a store of prom-client's would hash the labels of each sample. */
  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help, kind } = this.#family;
    const full = `${prefix}${name}`;
    const values = [...this.#family.samples(await this.#read())].map(({ labels, value, series }) => ({
      labels, value, ...(series && { metricName: `${full}_${series}` }),
    }));
    // The library declares an enumeration here, and prints text.
    return { name: full, help, type: kind as unknown as MetricType, aggregator: "sum", values, collect: () => undefined };
  }
}

/** Show the families; `read` is asked by each of them at every scrape. */
export function registerFamilies<R>(registry: Registry, families: readonly Family<R>[], read: () => Promise<R>): void {
  for (const family of families) new FamilyMetric(family, read, registry);
}
