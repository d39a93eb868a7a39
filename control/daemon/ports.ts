// SPDX-License-Identifier: GPL-2.0-only
// The ports that are open, and those that should be and cannot yet.

import type { PortConfig } from "../config/model.js";
import type { NativeEngine } from "../engine/addon.js";
import { NuseError, rethrowAs } from "../errors.js";

export interface AbsentPort {
  readonly port: PortConfig;
  /** Why it cannot be opened. */
  readonly reason: string;
}

export class Ports {
  readonly #engine: NativeEngine;
  readonly #open = new Map<string, PortConfig>();
  readonly #absent = new Map<string, AbsentPort>();

  constructor(engine: NativeEngine) {
    this.#engine = engine;
  }

  get open(): readonly PortConfig[] {
    return [...this.#open.values()];
  }

  get absent(): readonly AbsentPort[] {
    return [...this.#absent.values()];
  }

  get absentNames(): ReadonlySet<string> {
    return new Set(this.#absent.keys());
  }

  /** Open a port for all workers; throws if it cannot be. */
  async add(port: PortConfig): Promise<void> {
    await this.#engine.addPort(port.name, port.device, port.queues).catch(rethrowAs("engine.port"));
    this.#absent.delete(port.name);
    this.#open.set(port.name, port);
  }

  /** The same, but one that cannot be opened is noted as absent. */
  async addOrAwait(port: PortConfig): Promise<void> {
    try {
      await this.add(port);
    } catch (error) {
      this.#await(port, error);
    }
  }

  #await(port: PortConfig, error: unknown): void {
    this.#open.delete(port.name);
    this.#absent.set(port.name, { port, reason: error instanceof Error ? error.message : String(error) });
  }

  /** Close it, or await it no longer. */
  async remove({ name }: PortConfig): Promise<void> {
    this.#absent.delete(name);
    if (!this.#open.delete(name)) return;
    // With the last worker it may have gone before.
    await this.#engine.removePort(name).catch(() => undefined);
  }

  /** Give a worker that is new its part of every port. */
  async share(worker: number): Promise<void> {
    for (const { name } of this.open) {
      await this.#engine.sharePort(name, worker).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new NuseError("engine.port", `port ${name} for one more worker: ${reason}`, { cause });
      });
    }
  }

  /** Open a port again after a worker was lost; noted as absent if that fails. */
  async restore(port: PortConfig, worker: number, alone: boolean): Promise<void> {
    try {
      if (alone) await this.#engine.addPort(port.name, port.device, port.queues);
      else await this.#engine.sharePort(port.name, worker);
    } catch (error) {
      await this.#engine.removePort(port.name).catch(() => undefined);
      this.#await(port, error);
    }
  }

  /** Try those that are absent; whether one has come. */
  async retry(): Promise<boolean> {
    const before = this.#absent.size;
    for (const { port } of this.absent) await this.addOrAwait(port);
    return this.#absent.size < before;
  }
}
