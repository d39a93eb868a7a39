// SPDX-License-Identifier: GPL-2.0-only
// A library kernel without ports, for one test file.

import { afterAll, beforeAll } from "vitest";
import { loadAddon } from "../../../control/engine/addon.js";
import { findLibrary } from "../../../control/engine/places.js";
import type { NativeEngine } from "../../../control/engine/addon.js";
import { Task } from "../../../control/kernel/task.js";
import { decodeLink, getLinks } from "../../../control/netlink/link.js";
import type { Link } from "../../../control/netlink/link.js";
import { NetlinkSocket } from "../../../control/netlink/socket.js";

export interface Kernel {
  /** One more task of the kernel. */
  openTask(): Task;
  readonly route: NetlinkSocket;
  link(name: string): Promise<Link>;
}

export function useKernel(memory = 128 << 20): Kernel {
  let engine: NativeEngine;
  let route: NetlinkSocket | undefined;
  const tasks: Task[] = [];
  const openTask = (): Task => {
    const task = new Task(engine.openClient(0));
    tasks.push(task);
    return task;
  };
  beforeAll(async () => {
    engine = new (loadAddon().Engine)({ library: findLibrary(), commandLine: "", memory });
    await engine.addWorker({ cpu: -1, idle: "adaptive" });
    route = await NetlinkSocket.open(openTask());
  });
  afterAll(async () => {
    for (const task of tasks) task.close();
    await engine.removeWorker(0);
  });
  return {
    openTask,
    get route() {
      return route!;
    },
    async link(name) {
      const found = (await route!.dump(getLinks(), decodeLink)).find((link) => link.name === name);
      if (!found) throw new Error(`no link ${name}`);
      return found;
    },
  };
}
