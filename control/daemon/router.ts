// SPDX-License-Identifier: GPL-2.0-only
// The engine with its workers and ports, as the daemon holds it.

import type { Config } from "../config/model.js";
import type { Addon, EngineOptions, NativeEngine } from "../engine/addon.js";
import { NuseError } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import { Kernel } from "../kernel/kernel.js";
import { Task } from "../kernel/task.js";
import { decodeLink, getLinks } from "../netlink/link.js";
import type { Link } from "../netlink/link.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { sumLinks } from "./links.js";
import { watchKernel } from "./watch.js";

export interface RouterEvents {
  /** A line of a kernel's log. */
  onLog(worker: number, line: string): void;
  /** A kernel has died of this; said once. */
  onDeath(worker: number, reason: string): void;
}

export interface Router {
  readonly engine: NativeEngine;
  readonly portNames: readonly string[];
  /** One a worker, for the configuration. */
  readonly kernels: readonly Kernel[];
  /** Interfaces with the counters of all workers together; never waits for an application. */
  links(): Promise<readonly Link[]>;
  stop(): Promise<void>;
}

/** Create the engine, boot a kernel a worker, open the ports and what talks to the kernels. */
export async function startRouter(addon: Addon, library: string, config: Config, events: RouterEvents): Promise<Router> {
  const { workers: { memory, cpus, idle }, ports } = config;
  const engine = createEngine(addon, { library, commandLine: "", memory });
  const started: { readonly worker: number; readonly unwatch: () => void }[] = [];
  const tasks: Task[] = [];
  const openNetlink = async (worker: number): Promise<readonly [Task, NetlinkSocket]> => {
    const task = new Task(engine.openClient(worker));
    tasks.push(task);
    return [task, await NetlinkSocket.open(task)];
  };
  const stop = async (): Promise<void> => {
    for (const task of tasks) task.close();
    for (const { unwatch } of started) unwatch();
    for (const { worker } of started) await engine.removeWorker(worker);
  };
  try {
    const kernels: Kernel[] = [];
    const watches: NetlinkSocket[] = [];
    for (const cpu of cpus) {
      const worker = await engine.addWorker({ cpu: cpu ?? -1, idle }).catch(rethrowAs("engine.boot"));
      started.push({ worker, unwatch: watchKernel(engine, worker, events) });
    }
    for (const { name, device, queues } of ports) {
      await engine.addPort(name, device, queues).catch(rethrowAs("engine.port"));
    }
    for (const { worker } of started) {
      kernels.push(new Kernel(worker, ...(await openNetlink(worker))));
      watches.push((await openNetlink(worker))[1]);
    }
    return {
      engine, kernels, stop,
      portNames: ports.map(({ name }) => name),
      links: async () => sumLinks(await Promise.all(watches.map((watch) => watch.dump(getLinks(), decodeLink)))),
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
