// SPDX-License-Identifier: GPL-2.0-only

/** How often something may happen: `times` within `seconds`. */
export class Bound {
  readonly #times: number;
  readonly #milliseconds: number;
  #happened: number[] = [];

  constructor(times: number, seconds: number) {
    this.#times = times;
    this.#milliseconds = seconds * 1000;
  }

  /** It would happen now: may it? */
  allows(now = performance.now()): boolean {
    this.#happened = this.#happened.filter((time) => now - time < this.#milliseconds);
    if (this.#happened.length >= this.#times) return false;
    this.#happened.push(now);
    return true;
  }
}
