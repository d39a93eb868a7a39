// SPDX-License-Identifier: GPL-2.0-only

/** Work that is done one after the other, in the order in which it came. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** When all that is in the queue now is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
