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
  worker(): Counters;
  drops(): readonly Drop[];
  ports(): readonly (readonly [name: string, counters: Counters])[];
  links(): Promise<readonly Link[]>;
}

export interface Metrics {
  readonly registry: Registry;
  /** Tell of an application of the configuration. */
  applied(success: boolean, seconds: number): void;
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const worker = { worker: "0" };
  registerCounters(registry, workerMeanings, ["worker"], () => [[worker, sources.worker()]]);
  registerBursts(registry, () => [[worker, sources.worker()]]);
  registerDrops(registry, () => [[worker, sources.drops()]]);
  registerCounters(registry, portMeanings, ["port"], () =>
    sources.ports().map(([port, counters]) => [{ port }, counters]),
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
