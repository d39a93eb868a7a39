// SPDX-License-Identifier: GPL-2.0-only
// How long a scrape takes with many interfaces and many routes, in one kernel
// without ports.

import { Worker } from "../../control/daemon/worker.js";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import { countRoutes } from "../../control/metrics/read/routes.js";
import { createMetrics } from "../../control/metrics/registry.js";
import { parsePrefix } from "../../control/net/address.js";
import { addAddress } from "../../control/netlink/address.js";
import { dummy } from "../../control/netlink/kinds.js";
import { createLink, decodeLink, getLinks } from "../../control/netlink/link.js";
import { addRoute } from "../../control/netlink/route.js";
import { setTimeout as sleep } from "node:timers/promises";

const megabyte = 1 << 20;
const scrapes = 15;
/** Longer than what was read is used again. */
const pause = 1050;

export interface TableTimes {
  /** Milliseconds of each scrape, in order of size. */
  readonly scrape: readonly number[];
  readonly samples: number;
  /** Milliseconds to count the routes. */
  readonly count: number;
}

function* routes(count: number, oif: number) {
  for (let at = 0; at < count; at++) {
    const to = parsePrefix(`${20 + (at >>> 16)}.${(at >>> 8) & 255}.${at & 255}.0/24`)!;
    yield addRoute({ to, oif, scope: 253 });
  }
}

export async function measureTables(interfaces: number, routeCount: number): Promise<TableTimes> {
  const engine = new (loadAddon().Engine)({ library: findLibrary(), commandLine: "", memory: 1024 * megabyte });
  const worker = await Worker.start(engine, { cpu: 0, idle: "adaptive" }, { onLog: () => undefined, onDeath: () => undefined });
  try {
    const { kernel: { netlink }, observed, number } = worker;
    for (let at = 0; at < interfaces; at++) await netlink.request(createLink(`dummy${at}`, dummy(), { up: true }));
    const [link] = (await netlink.dump(getLinks(), decodeLink)).filter(({ name }) => name === "dummy0");
    await netlink.request(addAddress(link!, parsePrefix("10.0.0.1/24")!));
    const refused = await netlink.batch(routes(routeCount, link!.index));
    if (refused.length > 0) throw refused[0]!;
    const { registry } = createMetrics({
      workers: () => [[number, engine.counters(number)]],
      drops: () => [[number, engine.drops(number)]],
      ports: () => [],
      kernels: () => [observed],
      life: {
        revision: () => 1, fallback: () => false, confirmUntil: () => undefined, drift: async () => 0,
        restarts: () => [[number, 0]], ports: () => [],
      },
    });
    const scrape: number[] = [];
    let samples = 0;
    for (let at = 0; at < scrapes; at++) {
      await sleep(pause);
      const started = performance.now();
      const text = await registry.metrics();
      scrape.push(performance.now() - started);
      samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    }
    const started = performance.now();
    await countRoutes(observed);
    return { scrape: scrape.toSorted((a, b) => a - b), samples, count: performance.now() - started };
  } finally {
    await worker.remove();
  }
}
