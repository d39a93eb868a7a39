// SPDX-License-Identifier: GPL-2.0-only
// All metrics of nused.

import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Counters, Drop } from "../engine/addon.js";
import type { Link } from "../netlink/link.js";
import { registerBursts } from "./bursts.js";
import { registerCounters } from "./counters.js";
import { registerDrops } from "./drops.js";
import { registerInterfaces } from "./interfaces.js";
import { portMeanings, workerMeanings } from "./meanings.js";

export interface MetricSources {
  workers(): readonly (readonly [worker: number, counters: Counters])[];
  drops(): readonly (readonly [worker: number, drops: readonly Drop[]])[];
  /** Each worker's part of each port. */
  ports(): readonly (readonly [port: string, worker: number, counters: Counters])[];
  links(): Promise<readonly Link[]>;
}

export interface Metrics {
  readonly registry: Registry;
  /** Tell of an application of the configuration. */
  applied(success: boolean, seconds: number): void;
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const workers = () => sources.workers().map(([worker, counters]) => [{ worker: String(worker) }, counters] as const);
  registerCounters(registry, workerMeanings, ["worker"], workers);
  registerBursts(registry, workers);
  registerDrops(registry, () => sources.drops().map(([worker, drops]) => [{ worker: String(worker) }, drops] as const));
  registerCounters(registry, portMeanings, ["port", "worker"], () =>
    sources.ports().map(([port, worker, counters]) => [{ port, worker: String(worker) }, counters] as const),
  );
  registerInterfaces(registry, () => sources.links());
  collectDefaultMetrics({ register: registry, prefix: "nuse_" });
  return { registry, applied: registerApplications(registry) };
}

function registerApplications(registry: Registry): Metrics["applied"] {
  const registers = [registry];
  const success = new Gauge({
    name: "nuse_config_last_apply_success", help: "Whether the last application succeeded.", registers,
  });
  const duration = new Gauge({
    name: "nuse_config_last_apply_duration_seconds", help: "How long the last application took.", registers,
  });
  const total = new Counter({
    name: "nuse_config_applications_total", help: "Applications of the configuration.", labelNames: ["result"], registers,
  });
  return (ok, seconds) => {
    success.set(ok ? 1 : 0);
    duration.set(seconds);
    total.inc({ result: ok ? "success" : "failure" });
  };
}
