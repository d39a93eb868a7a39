// SPDX-License-Identifier: GPL-2.0-only
// Long work in pieces: between them, others have the event loop.

import { setImmediate } from "node:timers/promises";

/** Milliseconds of work before others have their turn; a datagram's worth is less. */
const turn = 2;

/**
 * Call between pieces of work. It waits for the next turn of the event loop when
 * this one has lasted long enough: awaiting a system call need not, for an answer
 * that is there already is delivered in the same turn.
 */
export class Breath {
  #since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#since < turn) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
