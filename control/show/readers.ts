// SPDX-License-Identifier: GPL-2.0-only
// Tasks of the kernels for those who look at tables: each reader has one of its
// own, so that neither an application nor metrics wait for a long table.

import type { NativeEngine } from "../engine/addon.js";
import { NuseError } from "../errors.js";
import { netlink } from "../kernel/syscalls.js";
import { Task } from "../kernel/task.js";
import { NetlinkSocket } from "../netlink/socket.js";

/** Tables that are read at one time; more wait. */
const most = 8;
const mostWaiting = 64;

export class Readers {
  readonly #engine: NativeEngine;
  readonly #workers: () => readonly number[];
  readonly #waiting: (() => void)[] = [];
  #reading = 0;

  constructor(engine: NativeEngine, workers: () => readonly number[]) {
    this.#engine = engine;
    this.#workers = workers;
  }

  /** The workers that a question is about: the one named, or all. */
  workers(worker: number | undefined): readonly number[] {
    const all = this.#workers();
    if (worker === undefined) return all;
    if (!all.includes(worker)) throw new NuseError("api.missing", `there is no worker ${worker}`, { hint: `workers: ${all.join(", ")}` });
    return [worker];
  }

  /** The worker whose table is shown: all are configured alike. */
  one(worker: number | undefined): number {
    const [first] = this.workers(worker);
    if (first === undefined) throw new NuseError("engine.died", "no worker runs");
    return first;
  }

  /** A task of a worker's kernel, to be closed. */
  open(worker: number): Task {
    return new Task(this.#engine.openClient(worker));
  }

  /** Read something over a netlink socket of a worker's kernel. */
  async read<T>(worker: number, work: (socket: NetlinkSocket) => Promise<T>, protocol: number = netlink.route): Promise<T> {
    await this.#begin();
    const task = this.open(worker);
    try {
      return await work(await NetlinkSocket.open(task, protocol));
    } finally {
      task.close();
      this.#end();
    }
  }

  /** The same, part by part; to leave early is allowed, and ends the reading. */
  async *stream<T>(worker: number, work: (socket: NetlinkSocket) => AsyncIterable<T>, protocol: number = netlink.route): AsyncGenerator<T> {
    await this.#begin();
    const task = this.open(worker);
    try {
      yield* work(await NetlinkSocket.open(task, protocol));
    } finally {
      task.close();
      this.#end();
    }
  }

  async #begin(): Promise<void> {
    if (this.#reading < most) {
      this.#reading++;
      return;
    }
    if (this.#waiting.length >= mostWaiting) throw new NuseError("api.busy", "too many tables are read at once", { hint: "try again in some seconds" });
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Who waits longest takes the place. */
  #end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#reading--;
  }
}
