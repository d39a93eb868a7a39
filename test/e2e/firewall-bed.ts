// SPDX-License-Identifier: GPL-2.0-only
// One library kernel with interfaces that lead nowhere, and configurations for it.

import { afterAll, beforeAll } from "vitest";
import { apply } from "../../control/apply/apply.js";
import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import type { NativeEngine, NativeNft } from "../../control/engine/addon.js";
import { Nft } from "../../control/firewall/nft.js";
import { Kernel } from "../../control/kernel/kernel.js";
import { Task } from "../../control/kernel/task.js";
import { NetlinkSocket } from "../../control/netlink/socket.js";
import type { Step } from "../../control/sections/section.js";

export const interfaces = ["wan0", "lan0", "lan1"];

/** A configuration of those interfaces, and what `text` says. */
export const config = (text: string): Config =>
  readConfig(`ports:\n${interfaces.map((name) => `  ${name}: { device: "pipe:${name}" }\n`).join("")}${text}`, "nuse.yaml");

/** Lines of a configuration that `config` puts before the text. */
export const linesBefore = interfaces.length + 1;

export interface Bed {
  readonly engine: NativeEngine;
  readonly nft: NativeNft;
  readonly kernel: Kernel;
  /** Make the kernel what the text says; the steps. */
  apply(text: string): Promise<Step[]>;
  /** The listing of a table, or of everything, without counts. */
  list(table?: string): Promise<string>;
}

export function useBed(): Bed {
  let engine: NativeEngine;
  let kernel: Kernel;
  let nft: NativeNft;
  let task: Task;
  beforeAll(async () => {
    engine = new (loadAddon().Engine)({ library: findLibrary(), commandLine: "", memory: 64 * 1024 * 1024 });
    await engine.addWorker({ cpu: -1, idle: "adaptive" });
    for (const name of interfaces) await engine.addPort(name, `pipe:${name}`, 1);
    task = new Task(engine.openClient(0));
    nft = engine.openNft(0);
    kernel = new Kernel(0, task, await NetlinkSocket.open(task), new Nft(nft));
  });
  afterAll(async () => {
    task.close();
    await engine.removeWorker(0);
  });
  return {
    get engine() {
      return engine;
    },
    get nft() {
      return nft;
    },
    get kernel() {
      return kernel;
    },
    apply: (text) => apply([kernel], config(text), undefined),
    list: (table) => kernel.nft.output(table === undefined ? "list ruleset" : `list table ${table}`, { stateless: true }),
  };
}
