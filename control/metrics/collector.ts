// SPDX-License-Identifier: GPL-2.0-only
// What is asked of the kernels for a scrape. It goes through the ring as a task's
// system calls do, so that a worker runs it between two bursts; one that does not
// answer in time is left out, and the scrape goes on without it.

import type { NetlinkSocket } from "../netlink/socket.js";
import type { Task } from "../kernel/task.js";

/** A kernel with a task of its own for looking: it never waits for an application. */
export interface Observed {
  readonly worker: number;
  readonly task: Task;
  readonly netlink: NetlinkSocket;
}

export interface Collection<T> {
  /** By worker; kernels that failed or were late are not among them. */
  readonly found: ReadonlyMap<number, T>;
  readonly success: boolean;
  readonly seconds: number;
}

/** How long what was read stands for what is, milliseconds: several scrapers cost as one. */
const fresh = 1000;
/** How long a scrape waits for a kernel. */
const patience = 2000;

export class Collector<T> {
  readonly #kernels: () => readonly Observed[];
  readonly #read: (kernel: Observed) => Promise<T>;
  readonly #underWay = new WeakMap<Task, Promise<T>>();
  #last: Promise<Collection<T>> | undefined;
  #lastStarted = 0;

  constructor(kernels: () => readonly Observed[], read: (kernel: Observed) => Promise<T>) {
    this.#kernels = kernels;
    this.#read = read;
  }

  collect(): Promise<Collection<T>> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#lastStarted >= fresh) {
      this.#lastStarted = now;
      this.#last = this.#collect(now);
    }
    return this.#last;
  }

  async #collect(started: number): Promise<Collection<T>> {
    const found = new Map<number, T>();
    const kernels = this.#kernels();
    await Promise.all(kernels.map(async (kernel) => {
      const value = await inTime(this.#once(kernel));
      if (value !== undefined) found.set(kernel.worker, value);
    }));
    return { found, success: found.size === kernels.length, seconds: (performance.now() - started) / 1000 };
  }

  /** A kernel that is late is not asked again before it has answered. */
  #once(kernel: Observed): Promise<T> {
    const before = this.#underWay.get(kernel.task);
    if (before) return before;
    const mine = this.#read(kernel).finally(() => this.#underWay.delete(kernel.task));
    this.#underWay.set(kernel.task, mine);
    return mine;
  }
}

/** The value, or undefined if it fails or takes too long. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
