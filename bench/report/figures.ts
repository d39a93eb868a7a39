// SPDX-License-Identifier: GPL-2.0-only
// What a run of benchmarks leaves behind: JSON lines, the run itself first, then a
// figure a line with the value of each round.

import { readFileSync } from "node:fs";
import { NuseError } from "../../control/errors.js";
import { summarise } from "../ports/result.js";

/** Where and with what it was measured. */
export interface Run {
  readonly kind: "run";
  readonly time: string;
  readonly commit: string;
  readonly kernel: string;
  readonly processor: string;
  readonly processors: number;
  /** Versions of what was measured beside ours. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Figure {
  readonly kind: "figure";
  /** "forwarding/raw/64-bytes/10k-flows": parts from the general to the special. */
  readonly name: string;
  /** "nuse", or what it is held against: "host kernel", "testpmd", ... */
  readonly subject: string;
  readonly unit: string;
  readonly better: "more" | "less";
  /** One a round; rounds of the same number were measured side by side. */
  readonly values: readonly number[];
  /** Why it says less than it seems: the generator was the limit, the machine was disturbed. */
  readonly doubt?: string | undefined;
}

export interface Report {
  readonly run: Run;
  readonly figures: readonly Figure[];
}

/** Ours held against a reference, round by round. */
export interface Ratio {
  readonly name: string;
  readonly reference: string;
  /** More than 1 when ours is better, whatever the unit. */
  readonly values: readonly number[];
}

export const ours = "nuse";

export function parseReport(text: string, file: string): Report {
  const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim());
  const entries = lines.map(({ line, number }) => parseLine(line, file, number));
  const run = entries.find((entry) => entry.kind === "run");
  if (!run) throw new NuseError("config.invalid", `${file} is no result of a benchmark: it has no line about the run`);
  return { run, figures: entries.filter((entry) => entry.kind === "figure") };
}

function parseLine(line: string, file: string, number: number): Run | Figure {
  const place = { file, line: number, column: 1 };
  try {
    const entry = JSON.parse(line) as Run | Figure;
    if (entry.kind === "run") return entry;
    const complete = entry.kind === "figure" && Array.isArray(entry.values) && entry.values.length > 0;
    if (complete && entry.values.every(Number.isFinite)) return entry;
  } catch (cause) {
    throw new NuseError("config.syntax", "not a line of JSON", { place, cause });
  }
  throw new NuseError("config.invalid", "neither a run nor a figure", { place });
}

export const readReport = (file: string): Report => parseReport(readFileSync(file, "utf8"), file);

export const formatReport = ({ run, figures }: Report): string =>
  [run, ...figures].map((entry) => `${JSON.stringify(entry)}\n`).join("");

/** Every ratio that the figures allow. */
export function ratiosOf(figures: readonly Figure[]): Ratio[] {
  return figures
    .filter(({ subject }) => subject === ours)
    .flatMap((mine) =>
      figures
        .filter((other) => other.name === mine.name && other.subject !== ours)
        .map((other) => ({ name: mine.name, reference: other.subject, values: ratio(mine, other) })),
    );
}

function ratio(mine: Figure, other: Figure): number[] {
  const rounds = Math.min(mine.values.length, other.values.length);
  return Array.from({ length: rounds }, (_, round) =>
    mine.better === "more" ? mine.values[round]! / other.values[round]! : other.values[round]! / mine.values[round]!,
  );
}

/** Half of the way from the least to the greatest, as a share of the median. */
export function spread(values: readonly number[]): number {
  const { median, least, greatest } = summarise(values);
  return median === 0 ? 0 : (greatest - least) / 2 / Math.abs(median);
}
