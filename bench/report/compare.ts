// SPDX-License-Identifier: GPL-2.0-only
// Two runs, and what moved between them beyond the noise.

import { summarise } from "../ports/result.js";
import { ratiosOf, spread } from "./figures.js";
import type { Figure, Report } from "./figures.js";

export interface Change {
  readonly name: string;
  /** Of what: "nuse", or "nuse / host kernel" for a ratio. */
  readonly of: string;
  readonly before: number;
  readonly after: number;
  /** 0.1 is 10 % better, -0.1 is 10 % worse. */
  readonly change: number;
  /** What the rounds of both runs differ among themselves, as a share. */
  readonly noise: number;
  readonly verdict: "better" | "worse" | "same";
}

interface Series {
  readonly name: string;
  readonly of: string;
  readonly better: Figure["better"];
  readonly values: readonly number[];
}

/**
 * Ratios where there is a reference that was measured beside, since a machine
 * differs from itself an hour ago; the figure itself where there is none.
 */
function series({ figures }: Report): Series[] {
  const ratios = ratiosOf(figures);
  const compared = new Set(ratios.map(({ name }) => name));
  return [
    ...ratios.map(({ name, reference, values }) => ({ name, of: `nuse / ${reference}`, better: "more" as const, values })),
    ...figures
      .filter(({ name, subject }) => subject === "nuse" && !compared.has(name))
      .map(({ name, better, values }) => ({ name, of: "nuse", better, values })),
  ];
}

/** What both runs have, in the order of the first. */
export function compare(before: Report, after: Report): Change[] {
  const later = new Map(series(after).map((one) => [`${one.name} ${one.of}`, one]));
  return series(before).flatMap((one) => {
    const other = later.get(`${one.name} ${one.of}`);
    return other ? [change(one, other)] : [];
  });
}

function change(before: Series, after: Series): Change {
  const [was, is] = [summarise(before.values).median, summarise(after.values).median];
  const difference = was === 0 ? 0 : ((is - was) / was) * (before.better === "more" ? 1 : -1);
  const noise = Math.max(spread(before.values), spread(after.values));
  const beyond = Math.abs(difference) > noise;
  const verdict = !beyond ? "same" : difference > 0 ? "better" : "worse";
  return { name: before.name, of: before.of, before: was, after: is, change: difference, noise, verdict };
}

/** Those of `names` (all, if empty) that got worse; a name stands for what begins with it. */
export const regressions = (changes: readonly Change[], names: readonly string[]): Change[] =>
  changes.filter(({ name, verdict }) =>
    verdict === "worse" && (names.length === 0 || names.some((one) => name === one || name.startsWith(`${one}/`))),
  );
