// SPDX-License-Identifier: GPL-2.0-only
// The engine with its workers and ports, and a configuration applied to all of it.

import { apply, preview } from "../apply/apply.js";
import type { Config } from "../config/model.js";
import { withoutPorts } from "../config/without.js";
import type { Addon, EngineOptions, NativeEngine } from "../engine/addon.js";
import { rethrowAs } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Link } from "../netlink/link.js";
import type { Step } from "../sections/section.js";
import { hardwareSteps, isNothing, planHardware } from "./hardware.js";
import type { HardwareChange } from "./hardware.js";
import { sumLinks } from "./links.js";
import { Ports } from "./ports.js";
import type { KernelEvents } from "./watch.js";
import { Worker } from "./worker.js";

export interface ApplyManner {
  /** What to go back to if `wanted` cannot be applied. */
  readonly previous?: Config | undefined;
  /** A port that cannot be opened is awaited, instead of being a reason to go back. */
  readonly awaitPorts?: boolean;
}

export class Router {
  readonly engine: NativeEngine;
  readonly ports: Ports;
  readonly #events: KernelEvents;
  #workers: Worker[] = [];

  private constructor(engine: NativeEngine, events: KernelEvents) {
    this.engine = engine;
    this.ports = new Ports(engine);
    this.#events = events;
  }

  /** Boot the kernels and open the ports that `config` speaks of; nothing is configured yet. */
  static async start(addon: Addon, library: string, config: Config, events: KernelEvents): Promise<Router> {
    const { workers: { memory, cpus, idle }, ports } = config;
    const router = new Router(createEngine(addon, { library, commandLine: "", memory }), events);
    try {
      // One after the other, as the engine boots them anyway: numbers follow the order of processors.
      for (const [index, cpu] of cpus.entries()) {
        router.#workers.push(await Worker.start(router.engine, { cpu, idle, programs: index === 0 ? config.programs : undefined }, events));
      }
      for (const port of ports) await router.ports.addOrAwait(port);
      return router;
    } catch (error) {
      await router.stop();
      throw error;
    }
  }

  get workers(): readonly Worker[] {
    return this.#workers;
  }

  get #kernels(): readonly Kernel[] {
    return this.#workers.map(({ kernel }) => kernel);
  }

  /** Interfaces with the counters of all workers together, but those whose kernel has died. */
  async links(): Promise<readonly Link[]> {
    const living = this.#workers.filter(({ death }) => death === undefined);
    return sumLinks(await Promise.all(living.map((worker) => worker.links())));
  }

  /** The steps that apply() would take. Ports that are to come are part of `wanted` only then. */
  async preview(wanted: Config): Promise<Step[]> {
    const change = this.#planHardware(wanted);
    const { before, after } = hardwareSteps(change);
    const notYet = new Set([...this.ports.absentNames, ...change.newPorts.map(({ name }) => name)]);
    return [...before, ...(await preview(this.#kernels, withoutPorts(wanted, notYet))), ...after];
  }

  /** Make everything be what `wanted` says; the steps it took. All or nothing. */
  async apply(wanted: Config, { previous, awaitPorts = false }: ApplyManner = {}): Promise<Step[]> {
    const change = this.#planHardware(wanted);
    const { before, after } = hardwareSteps(change);
    const undo: (() => Promise<void>)[] = [];
    try {
      await this.#prepareHardware(change, wanted, awaitPorts, undo);
      const absent = this.ports.absentNames;
      const closed = new Set([...absent, ...change.portsInTheWay.map(({ name }) => name)]);
      const steps = await apply(this.#kernels, withoutPorts(wanted, absent), previous && withoutPorts(previous, closed));
      if (change.oldPorts.length + change.oldCpus.length > 0) {
        await this.#removeHardware(change);
        // A kernel takes along what leads through an interface that goes.
        steps.push(...(await apply(this.#kernels, withoutPorts(wanted, absent), undefined)));
      }
      return [...before, ...steps, ...after];
    } catch (error) {
      for (const step of undo.reverse()) await step();
      if (previous && !isNothing(change)) await apply(this.#kernels, withoutPorts(previous, this.ports.absentNames), undefined);
      throw error;
    }
  }

  #planHardware(wanted: Config): HardwareChange {
    const ports = [...this.ports.open, ...this.ports.absent.map(({ port }) => port)];
    return planHardware({ cpus: this.#workers.map(({ settings }) => settings.cpu), ports }, wanted);
  }

  async #prepareHardware(change: HardwareChange, wanted: Config, awaitPorts: boolean, undo: (() => Promise<void>)[]): Promise<void> {
    for (const port of change.portsInTheWay) {
      await this.ports.remove(port);
      undo.push(() => this.ports.addOrAwait(port));
    }
    for (const cpu of change.newCpus) {
      const worker = await Worker.start(this.engine, { cpu, idle: wanted.workers.idle }, this.#events);
      this.#workers.push(worker);
      undo.push(() => this.#removeWorker(worker));
      await this.ports.share(worker.number);
    }
    for (const port of change.newPorts) {
      if (awaitPorts) await this.ports.addOrAwait(port);
      else await this.ports.add(port);
      undo.push(() => this.ports.remove(port));
    }
  }

  async #removeHardware({ oldPorts, oldCpus }: HardwareChange): Promise<void> {
    for (const port of oldPorts) await this.ports.remove(port);
    for (const worker of this.#workers.filter(({ settings }) => oldCpus.includes(settings.cpu))) await this.#removeWorker(worker);
  }

  async #removeWorker(worker: Worker): Promise<void> {
    this.#workers = this.#workers.filter((other) => other !== worker);
    await worker.remove();
  }

  /** A new worker in the place of one whose kernel has died, not yet configured. */
  async replace(dead: Worker): Promise<Worker> {
    const index = this.#workers.indexOf(dead);
    const ports = this.ports.open;
    await this.#removeWorker(dead);
    const worker = await Worker.start(this.engine, dead.settings, this.#events);
    const alone = this.#workers.length === 0;
    this.#workers.splice(index, 0, worker);
    for (const port of ports) await this.ports.restore(port, worker.number, alone);
    return worker;
  }

  async stop(): Promise<void> {
    for (const worker of [...this.#workers]) await this.#removeWorker(worker);
  }
}

function createEngine(addon: Addon, options: EngineOptions): NativeEngine {
  try {
    return new addon.Engine(options);
  } catch (cause) {
    return rethrowAs("engine.boot")(cause);
  }
}
