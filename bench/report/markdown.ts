// SPDX-License-Identifier: GPL-2.0-only

import { format, summarise } from "../ports/result.js";
import { ours, ratiosOf } from "./figures.js";
import type { Figure, Report } from "./figures.js";

/** Four figures that count. */
export const digits = (value: number): number => Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1)));

export function cell({ values, unit }: Pick<Figure, "values" | "unit">): string {
  const summary = summarise(values);
  return `${format(summary, digits(summary.median))} ${unit}`;
}

function row(mine: Figure, figures: readonly Figure[]): string {
  const ratios = ratiosOf(figures).filter(({ name }) => name === mine.name);
  const beside = figures.filter(({ name, subject }) => name === mine.name && subject !== ours);
  const texts = beside.map((figure) => `${figure.subject} ${cell(figure)}`);
  const shares = ratios.map(({ values }) => format(summarise(values), 2));
  const doubts = [mine, ...beside].flatMap(({ subject, doubt }) => (doubt === undefined ? [] : [`${subject}: ${doubt}`]));
  return `| ${[mine.name, cell(mine), texts.join("<br>"), shares.join("<br>"), doubts.join("<br>")].join(" | ")} |`;
}

const table = (head: readonly string[], rows: readonly string[]): string =>
  [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");

/** The three figures that are furthest behind what they are held against. */
export function worst({ figures }: Report, count = 3): string[] {
  return ratiosOf(figures)
    .map(({ name, reference, values }) => ({ name, reference, median: summarise(values).median }))
    .sort((a, b) => a.median - b.median)
    .slice(0, count)
    .map(({ name, reference, median }) => `${name}: ${median.toFixed(2)} of ${reference}`);
}

export function markdown(report: Report): string {
  const { run, figures } = report;
  const mine = figures.filter(({ subject }) => subject === ours);
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${run.time}, commit ${run.commit}; ${run.processors} x ${run.processor}, host kernel ${run.kernel}; ${versions.join(", ")}.`,
    "",
    "Median over the rounds, with the least and the greatest; ratios are made within a round, and more than 1 is better.",
    "",
    table(["figure", "nuse", "beside", "ratio", "doubt"], mine.map((figure) => row(figure, figures))),
    "",
    `Furthest behind: ${worst(report).join("; ")}.`,
    "",
  ].join("\n");
}
