// SPDX-License-Identifier: GPL-2.0-only
// Label values that are not known beforehand are kept few: the first come get
// series of their own, for good, and all others share one.

export class Bounded {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Does `key` have a series of its own? What did once always does: counters never jump. */
  admits(key: string): boolean {
    if (this.#known.has(key)) return true;
    if (this.#known.size >= this.#most) return false;
    this.#known.add(key);
    return true;
  }
}

/**
 * `values` added up by key, in the order of their first; those that are not
 * admitted are added up as `other` says.
 */
export function addUp<T>(
  values: Iterable<T>,
  keyOf: (value: T) => string,
  add: (a: T, b: T) => T,
  bounded: Bounded,
  other: (value: T) => T,
): T[] {
  const sums = new Map<string, T>();
  for (const value of values) {
    const one = bounded.admits(keyOf(value)) ? value : other(value);
    const key = keyOf(one);
    const before = sums.get(key);
    sums.set(key, before === undefined ? one : add(before, one));
  }
  return [...sums.values()];
}
