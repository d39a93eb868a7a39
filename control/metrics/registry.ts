// SPDX-License-Identifier: GPL-2.0-only
// All metrics of nused.

import { collectDefaultMetrics, Registry } from "prom-client";
import { prefix, registerFamilies } from "./family.js";
import type { Family } from "./family.js";
import { burstFamilies } from "./families/bursts.js";
import { controlFamilies } from "./families/control.js";
import { createDropFamilies } from "./families/drops.js";
import { portFamilies, workerFamilies } from "./families/engine.js";
import { interfaceFamilies } from "./families/interfaces.js";
import { createQdiscFamilies } from "./families/qdiscs.js";
import { createTableFamilies } from "./families/tables.js";
import { createReader } from "./reading.js";
import type { Application, Applications, MetricSources, Reading } from "./reading.js";

export type { LifeSources, MetricSources } from "./reading.js";

export interface Metrics {
  readonly registry: Registry;
  /** Tell of an application of the configuration. */
  applied(success: boolean, seconds: number): void;
}

/** Every family but those of the Node process; each call has bounds of its own. */
export const createFamilies = (): readonly Family<Reading>[] => [
  ...interfaceFamilies, ...portFamilies, ...workerFamilies, ...burstFamilies, ...createDropFamilies(),
  ...createQdiscFamilies(), ...createTableFamilies(), ...controlFamilies,
];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  let applications: Applications = { last: undefined, successes: 0, failures: 0 };
  registerFamilies(registry, createFamilies(), createReader(sources, () => applications));
  registerProcess(registry);
  return {
    registry,
    applied(success, seconds) {
      const last: Application = { success, seconds, time: Date.now() };
      const { successes, failures } = applications;
      applications = success ? { last, successes: successes + 1, failures } : { last, successes, failures: failures + 1 };
    },
  };
}

/** Gauges that prom-client names as if they were counters; each is the sum of one with labels, which stays. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix });
  for (const name of misnamed) registry.removeSingleMetric(`${prefix}${name}`);
}
