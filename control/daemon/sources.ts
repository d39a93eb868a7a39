// SPDX-License-Identifier: GPL-2.0-only
// The daemon as the API sees it.

import { EventFeed } from "../api/feed.js";
import type { LogBook } from "../api/logbook.js";
import type { Sample } from "../api/rates.js";
import { showRevision } from "../api/schema/config.js";
import type { Health, Status as ShownStatus } from "../api/schema/status.js";
import type { ApiSources } from "../api/sources.js";
import { programVersion } from "../api/version.js";
import type { Addon, Counters } from "../engine/addon.js";
import type { Metrics } from "../metrics/registry.js";
import { startCapture } from "../show/capture.js";
import { Readers } from "../show/readers.js";
import { openSockets } from "../show/sockets.js";
import { createTables } from "../show/tables.js";
import type { ConfigOperations } from "./operations.js";
import type { Router } from "./router.js";
import type { Status } from "./status.js";

export interface ApiParts {
  readonly addon: Addon;
  readonly router: Router;
  readonly configuration: ConfigOperations;
  readonly metrics: Metrics;
  readonly log: LogBook;
  health(): Health;
  status(): Promise<Status>;
}

export function apiSources({ addon, router, configuration, metrics, log, health, status }: ApiParts): ApiSources {
  const { engine } = router;
  const readers = new Readers(engine, () => router.workers.map(({ number }) => number));
  const portNames = () => new Set(router.ports.open.map(({ name }) => name));
  const sockets = openSockets(addon, readers);
  return {
    metrics: metrics.registry,
    config: configuration,
    tables: createTables(engine, readers, portNames),
    feed: new EventFeed({ sample: () => takeSample(router), revisions: () => configuration.revisions(), log }),
    log,
    health,
    status: async () => showStatus(await status(), health()),
    capture: (options) => startCapture(options, sockets),
  };
}

function showStatus({ revision, confirmUntil, fallback, drift, workers, ports, ...status }: Status, health: Health): ShownStatus {
  return {
    version: programVersion,
    pid: process.pid,
    health,
    ...status,
    ...(drift && { drift: [...drift] }),
    interfaces: [...status.interfaces],
    revision: showRevision(revision),
    ...(confirmUntil && { confirmUntil: confirmUntil.toISOString() }),
    ...(fallback && { fallback }),
    workers: workers.map(({ cpu, ...worker }) => ({ ...worker, ...(cpu !== undefined && { cpu }) })),
    ports: [...ports],
  };
}

const reader = ({ names, values }: Counters) => (name: string): number => Number(values[names.indexOf(name)] ?? 0n);

/** Counters at one moment; all but the links' cost the workers nothing. */
async function takeSample(router: Router): Promise<Sample> {
  const { engine } = router;
  const numbers = router.workers.map(({ number }) => number);
  const interfaces = await router.links();
  return {
    time: Date.now(),
    interfaces,
    workers: numbers.map((worker) => {
      const read = reader(engine.counters(worker));
      const drops = engine.drops(worker).reduce((sum, { frames }) => sum + frames, 0);
      return { worker, busySeconds: read("busy_ticks") / Math.max(read("ticks_per_second"), 1), frames: read("rx_frames"), drops };
    }),
    ports: router.ports.open.map(({ name }) => {
      const parts = numbers.map((worker) => reader(engine.portCounters(name, worker)));
      const sum = (counter: string): number => parts.reduce((total, read) => total + read(counter), 0);
      return {
        name,
        rxFrames: sum("rx_frames"), rxBytes: sum("rx_bytes"), rxDrops: sum("rx_dropped"),
        txFrames: sum("tx_frames"), txBytes: sum("tx_bytes"), txDrops: sum("tx_dropped"),
      };
    }),
  };
}
