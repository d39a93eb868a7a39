// SPDX-License-Identifier: GPL-2.0-only
// `npm run bench:report FILE` and `npm run bench:compare A B`.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { exitStatus, formatError } from "../../control/errors.js";
import { compare, regressions } from "./compare.js";
import type { Change } from "./compare.js";
import { readReport } from "./figures.js";
import { html } from "./html.js";
import { digits, markdown } from "./markdown.js";

const percent = (share: number): string => `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;

function line({ name, of, before, after, change, noise, verdict }: Change): string {
  const [was, is] = [before.toFixed(digits(before)), after.toFixed(digits(after))];
  return `${verdict.padEnd(7)} ${percent(change).padStart(9)} (noise ${(100 * noise).toFixed(1)} %)  ${name}, ${of}: ${was} -> ${is}`;
}

function showComparison(a: string, b: string, { figure, all }: { figure: string[]; all?: true }): void {
  const changes = compare(readReport(a), readReport(b));
  if (changes.length === 0) throw new Error(`${a} and ${b} have no figure in common`);
  const moved = changes.filter(({ verdict }) => all || verdict !== "same");
  process.stdout.write(moved.map((one) => `${line(one)}\n`).join(""));
  const worse = regressions(changes, figure);
  process.stdout.write(`${changes.length} figures compared, ${worse.length} worse by more than the noise\n`);
  if (worse.length > 0) process.exitCode = 1;
}

async function writeReport(file: string, { out }: { out: string }): Promise<void> {
  const report = readReport(file);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "index.html"), await html(report));
  writeFileSync(join(out, "figures.md"), markdown(report));
  process.stdout.write(`${join(out, "index.html")}\n${join(out, "figures.md")}\n`);
}

const program = new Command("bench-report").description("reports on results of benchmarks, and compares two of them");
program
  .command("compare")
  .description("what moved beyond the noise from A to B; fails if something got worse")
  .argument("<a>", "results of a run, JSON lines")
  .argument("<b>", "results of a later run")
  .option("--figure <name...>", "fail for these only, and what begins with them", [])
  .option("--all", "also what did not move")
  .action(showComparison);
program
  .command("write")
  .description("a page with charts, and a table in Markdown")
  .argument("<file>", "results of a run, JSON lines")
  .option("--out <directory>", "where to", "bench/report/out")
  .action(writeReport);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = exitStatus(error);
}
