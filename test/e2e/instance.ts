// SPDX-License-Identifier: GPL-2.0-only
// One booted instance without ports of the host, for tests of what is applied.

import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import type { NativeEngine } from "../../control/engine/addon.js";
import { Nft } from "../../control/firewall/nft.js";
import { Kernel } from "../../control/kernel/kernel.js";
import { Task } from "../../control/kernel/task.js";
import { NetlinkSocket } from "../../control/netlink/socket.js";

export interface Instance {
  readonly engine: NativeEngine;
  readonly kernel: Kernel;
  /** The configuration that `text` means, with the instance's ports. */
  read(text: string): Config;
  stop(): Promise<void>;
}

/** Boot it with pipes as ports of these names. */
export async function bootInstance(ports: readonly string[], memory = 128): Promise<Instance> {
  const engine = new (loadAddon().Engine)({ library: findLibrary(), commandLine: "", memory: memory << 20 });
  const worker = await engine.addWorker({ cpu: -1, idle: "interrupt" });
  const tag = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  for (const port of ports) await engine.addPort(port, `pipe:${tag}-${port}`, 1);
  const task = new Task(engine.openClient(worker));
  const kernel = new Kernel(worker, task, await NetlinkSocket.open(task), new Nft(engine.openNft(worker)));
  const header = `ports:\n${ports.map((port) => `  ${port}: { device: "pipe:${port}" }\n`).join("")}`;
  return {
    engine, kernel,
    read: (text) => readConfig(`${header}${text}`, "nuse.yaml"),
    async stop() {
      task.close();
      await engine.removeWorker(worker);
    },
  };
}
