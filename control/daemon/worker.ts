// SPDX-License-Identifier: GPL-2.0-only
// A worker of the engine and what talks to its kernel.

import type { NativeEngine } from "../engine/addon.js";
import { rethrowAs } from "../errors.js";
import { Nft } from "../firewall/nft.js";
import { Kernel } from "../kernel/kernel.js";
import { Task } from "../kernel/task.js";
import type { Observed } from "../metrics/collector.js";
import { decodeLink, getLinks } from "../netlink/link.js";
import type { Link } from "../netlink/link.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { watchKernel } from "./watch.js";
import type { KernelEvents } from "./watch.js";

export interface WorkerSettings {
  /** Processor; undefined lets the host choose. */
  readonly cpu: number | undefined;
  readonly idle: "poll" | "adaptive" | "interrupt";
  /** Unix socket of programs on this worker's kernel. */
  readonly programs?: string | undefined;
}

/** Of the socket: who may write to it is on the stack. */
const mode = 0o660;

export class Worker {
  readonly number: number;
  readonly settings: WorkerSettings;
  /** For the configuration. */
  readonly kernel: Kernel;
  readonly #engine: NativeEngine;
  readonly #observer: Task;
  readonly #watch: NetlinkSocket;
  readonly #unwatch: () => void;
  #removed = false;

  private constructor(engine: NativeEngine, settings: WorkerSettings, kernel: Kernel, observer: Task, watch: NetlinkSocket, unwatch: () => void) {
    this.number = kernel.worker;
    this.settings = settings;
    this.kernel = kernel;
    this.#engine = engine;
    this.#observer = observer;
    this.#watch = watch;
    this.#unwatch = unwatch;
  }

  static async start(engine: NativeEngine, settings: WorkerSettings, events: KernelEvents): Promise<Worker> {
    const { cpu, idle, programs } = settings;
    const number = await engine.addWorker({ cpu: cpu ?? -1, idle }).catch(rethrowAs("engine.boot"));
    const unwatch = watchKernel(engine, number, events);
    const tasks: Task[] = [];
    const open = async (): Promise<readonly [Task, NetlinkSocket]> => {
      const task = new Task(engine.openClient(number));
      tasks.push(task);
      return [task, await NetlinkSocket.open(task)];
    };
    try {
      if (programs !== undefined) await engine.listenForPrograms(number, programs, mode).catch(rethrowAs("engine.boot"));
      const [forConfiguration, [observer, watch]] = await Promise.all([open(), open()]);
      return new Worker(engine, settings, new Kernel(number, ...forConfiguration, new Nft(engine.openNft(number))), observer, watch, unwatch);
    } catch (error) {
      unwatch();
      tasks.forEach((task) => task.close());
      await engine.removeWorker(number);
      throw error;
    }
  }

  /** The panic message of a kernel that has died. */
  get death(): string | undefined {
    return this.#removed ? undefined : (this.#engine.panic(this.number) ?? undefined);
  }

  /** Interfaces with their counters; never waits for an application. */
  links(): Promise<readonly Link[]> {
    return this.#watch.dump(getLinks(), decodeLink);
  }

  /** For metrics: what is read there waits for no application either. */
  get observed(): Observed {
    return { worker: this.number, task: this.#observer, netlink: this.#watch };
  }

  /** Resolves when the worker has turned and its kernel has run a task. */
  async answers(): Promise<void> {
    await this.#observer.call("ask for the process id", "getpid");
  }

  /** Take it away, with its parts of ports. */
  async remove(): Promise<void> {
    this.#removed = true;
    this.kernel.task.close();
    this.#observer.close();
    this.#unwatch();
    await this.#engine.removeWorker(this.number);
  }
}
