// SPDX-License-Identifier: GPL-2.0-only
// Quantities over rounds, and the ratios within each round.

export interface Quantity {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export function summarise(values: readonly number[]): Quantity {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)]!;
  return { median, least: sorted[0]!, greatest: sorted.at(-1)! };
}

/** Round by round. */
export const ratios = (ours: readonly number[], theirs: readonly number[]): number[] =>
  ours.map((value, round) => value / theirs[round]!);

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

export const format = ({ median, least, greatest }: Quantity, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}-${greatest.toFixed(digits)})`;

/** Collected by name, a value a round. */
export class Results {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  get(name: string): readonly number[] {
    return this.#values.get(name) ?? [];
  }

  names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** One JSON object a line: name and the values of the rounds. */
  lines(): string {
    return [...this.#values].map(([name, values]) => `${JSON.stringify({ name, values })}\n`).join("");
  }
}
