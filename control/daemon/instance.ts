// SPDX-License-Identifier: GPL-2.0-only
// A running library kernel with its ports, as the daemon holds it.

import type { Config } from "../config/model.js";
import type { Addon, EngineOptions, NativeEngine } from "../engine/addon.js";
import { NuseError } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import { Task } from "../kernel/task.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { watchKernel } from "./watch.js";
import type { KernelEvents } from "./watch.js";

export interface Instance {
  readonly engine: NativeEngine;
  /** The worker that runs it. */
  readonly worker: number;
  readonly portNames: readonly string[];
  /** For the configuration. */
  readonly task: Task;
  readonly netlink: NetlinkSocket;
  /** For watching: a scrape never waits for an application. */
  readonly watch: NetlinkSocket;
  stop(): Promise<void>;
}

/** Create the engine, boot the kernel with its ports, open what talks to it. */
export async function startInstance(addon: Addon, library: string, config: Config, events: KernelEvents): Promise<Instance> {
  const { worker: { memory, cpu = -1, idle }, ports } = config;
  const engine = createEngine(addon, { library, commandLine: "", memory });
  const worker = await engine.addWorker({ cpu, idle }).catch(rethrowAs("engine.boot"));
  const unwatch = watchKernel(engine, worker, events);
  const tasks: Task[] = [];
  const openTask = (): Task => {
    const task = new Task(engine.openClient(worker));
    tasks.push(task);
    return task;
  };
  const stop = async (): Promise<void> => {
    for (const task of tasks) task.close();
    unwatch();
    await engine.removeWorker(worker);
  };
  try {
    for (const { name, device, queues } of ports) {
      await engine.addPort(name, device, queues).catch(rethrowAs("engine.port"));
    }
    const task = openTask();
    return {
      engine, worker, task, stop,
      portNames: ports.map(({ name }) => name),
      netlink: await NetlinkSocket.open(task),
      watch: await NetlinkSocket.open(openTask()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The engine's reasons are sentences already; they get a code. */
const rethrowAs = (code: ErrorCode) => (cause: unknown): never => {
  throw new NuseError(code, cause instanceof Error ? cause.message : String(cause), { cause });
};

function createEngine(addon: Addon, options: EngineOptions): NativeEngine {
  try {
    return new addon.Engine(options);
  } catch (cause) {
    return rethrowAs("engine.boot")(cause);
  }
}
