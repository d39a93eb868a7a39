// SPDX-License-Identifier: GPL-2.0-only
// What takes too long for a scrape, such as counting half a million routes, is
// done between scrapes, and rests a hundred times as long as it took: it never
// has more than a hundredth of anybody's time.

const share = 100;

export class Background<T> {
  readonly #work: () => Promise<T>;
  readonly #rest: number;
  #next = 0;
  #running = false;
  #last: T | undefined;

  /** `rest` is the least time between two runs, milliseconds. */
  constructor(work: () => Promise<T>, rest: number) {
    this.#work = work;
    this.#rest = rest;
  }

  /** What came of the last run, at once; starts another when it is time. */
  look(): T | undefined {
    if (!this.#running && performance.now() >= this.#next) void this.#run();
    return this.#last;
  }

  async #run(): Promise<void> {
    this.#running = true;
    const started = performance.now();
    try {
      this.#last = await this.#work();
    } catch {
      this.#last = undefined;
    } finally {
      const ended = performance.now();
      this.#next = ended + Math.max(this.#rest, share * (ended - started));
      this.#running = false;
    }
  }
}
