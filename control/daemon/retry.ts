// SPDX-License-Identifier: GPL-2.0-only

const first = 250;
const most = 5_000;

/** Try `attempt` again and again, less and less often, for as long as it is wanted. */
export class Retry {
  readonly #attempt: () => Promise<boolean>;
  #timer: NodeJS.Timeout | undefined;

  /** `attempt` resolves to whether something is left to try. */
  constructor(attempt: () => Promise<boolean>) {
    this.#attempt = attempt;
  }

  /** From now on; if that is so already, nothing changes. */
  want(): void {
    this.#timer ??= this.#later(first);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(delay: number): NodeJS.Timeout {
    return setTimeout(() => {
      void this.#attempt().then((left) => {
        if (this.#timer === undefined) return;
        this.#timer = left ? this.#later(Math.min(2 * delay, most)) : undefined;
      });
    }, delay);
  }
}
