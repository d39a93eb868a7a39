// SPDX-License-Identifier: GPL-2.0-only
// The tables of the running kernels, as the API asks for them.

import type { Drop } from "../api/schema/tables.js";
import type { Tables } from "../api/sources.js";
import type { NativeEngine } from "../engine/addon.js";
import { Nft } from "../firewall/nft.js";
import { netlink } from "../kernel/syscalls.js";
import { functionOf } from "../metrics/families/drops.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { readConnections } from "./conntrack.js";
import { readInterfaces, sumInterfaces } from "./interfaces.js";
import { readNeighbours } from "./neighbours.js";
import { readQueues, sumQueues } from "./qos.js";
import { Readers } from "./readers.js";
import { readRoutes } from "./routes.js";
import { readRules } from "./rules.js";

export function createTables(engine: NativeEngine, readers: Readers, ports: () => ReadonlySet<string>): Tables {
  const fromAll = <T>(worker: number | undefined, work: (socket: NetlinkSocket) => Promise<T>): Promise<T[]> =>
    Promise.all(readers.workers(worker).map((one) => readers.read(one, work)));

  return {
    interfaces: async (worker) => sumInterfaces(await fromAll(worker, (socket) => readInterfaces(socket, ports()))),
    queues: async (worker) => sumQueues(await fromAll(worker, readQueues)),
    neighbours: async (worker) => readers.read(readers.one(worker), readNeighbours),
    rules: async (worker) => readers.read(readers.one(worker), readRules),
    routes: (filter, worker) => readers.stream(readers.one(worker), (socket) => readRoutes(socket, filter)),
    connections: (worker) => readers.stream(readers.one(worker), readConnections, netlink.netfilter),
    drops: (worker) => sumDrops(readers.workers(worker).flatMap((one) => engine.drops(one))),
    async firewall(worker) {
      const native = engine.openNft(readers.one(worker));
      try {
        const nft = new Nft(native);
        const list = "list ruleset";
        return { text: await nft.output(list, { handle: true }), ruleset: JSON.parse(await nft.output(list, { json: true })) as unknown };
      } finally {
        native.close();
      }
    },
  };
}

/** By reason and function, most frames first: where in the function differs between builds. */
export function sumDrops(drops: readonly Drop[]): Drop[] {
  const sums = new Map<string, Drop>();
  for (const { reason, place: exact, frames } of drops) {
    const place = functionOf(exact);
    const key = `${reason} ${place}`;
    sums.set(key, { reason, place, frames: frames + (sums.get(key)?.frames ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.frames - a.frames);
}
