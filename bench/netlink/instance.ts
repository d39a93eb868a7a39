// SPDX-License-Identifier: GPL-2.0-only
// The library kernel, given its routes through the codecs.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import { Task } from "../../control/kernel/task.js";
import type { Prefix } from "../../control/net/address.js";
import { addAddress } from "../../control/netlink/address.js";
import { dummy } from "../../control/netlink/kinds.js";
import { createLink, decodeLink, getLinks } from "../../control/netlink/link.js";
import type { Request } from "../../control/netlink/message.js";
import { addRoute, decodeMainRoute, getRoutes } from "../../control/netlink/route.js";
import { NetlinkSocket } from "../../control/netlink/socket.js";
import { gateways, ownPrefix } from "./routes.js";

const memory = 1 << 30;

export interface Measured {
  /** Seconds. */
  readonly load: number;
  readonly dump: number;
  readonly loadBlock: Block;
  readonly dumpBlock: Block;
}

/** Milliseconds that the event loop did not turn. */
export interface Block {
  readonly longest: number;
  /** Where others have the processor too, the longest is mostly theirs. */
  readonly p99: number;
}

function* requests(table: readonly Prefix[], oif: number): Generator<Request> {
  for (let index = 0; index < table.length; index++) {
    yield addRoute({ to: table[index]!, via: gateways[index % gateways.length], oif });
  }
}

/** Seconds that `work` took, and how the event loop turned meanwhile. */
async function watched(work: () => Promise<void>): Promise<{ seconds: number; block: Block }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.enable();
  const before = performance.now();
  await work();
  const seconds = (performance.now() - before) / 1000;
  delay.disable();
  return { seconds, block: { longest: delay.max / 1e6, p99: delay.percentile(99) / 1e6 } };
}

export async function measureInstance(table: readonly Prefix[]): Promise<Measured> {
  const engine = new (loadAddon().Engine)({ library: findLibrary(), commandLine: "", memory });
  const worker = await engine.addWorker({ cpu: -1, idle: "adaptive" });
  const task = new Task(engine.openClient(worker));
  try {
    const socket = await NetlinkSocket.open(task);
    await socket.request(createLink("up0", dummy(), { up: true }));
    const link = (await socket.dump(getLinks(), decodeLink)).find(({ name }) => name === "up0")!;
    await socket.request(addAddress(link, ownPrefix));

    const load = await watched(async () => {
      const [refused] = await socket.batch(requests(table, link.index));
      if (refused) throw refused;
    });
    let count = 0;
    const dump = await watched(async () => {
      for await (const piece of socket.stream(getRoutes(4), decodeMainRoute)) count += piece.length;
    });
    if (count < table.length) throw new Error(`${count} of ${table.length} routes came back`);
    return { load: load.seconds, loadBlock: load.block, dump: dump.seconds, dumpBlock: dump.block };
  } finally {
    task.close();
    await engine.removeWorker(worker);
  }
}

/** While there is nothing to do: the machine's own. */
export const idleBlock = async (): Promise<Block> =>
  (await watched(() => new Promise((resolve) => setTimeout(resolve, 2000)))).block;

/** Microseconds to make one request, in the run of many. */
export function encodingCost(table: readonly Prefix[]): number {
  const before = performance.now();
  let bytes = 0;
  for (const { payload } of requests(table, 1)) bytes += payload.length;
  if (bytes === 0) throw new Error("nothing was made");
  return (1000 * (performance.now() - before)) / table.length;
}
