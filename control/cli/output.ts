// SPDX-License-Identifier: GPL-2.0-only
// What goes to standard output: colour only for people who look at it, JSON for
// programs, and no complaint when nobody reads on.

import type { Column } from "./table.js";
import { formatTable } from "./table.js";

const colourful = process.stdout.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";

const paint = (code: number) => (text: string): string => (colourful ? `\x1b[${code}m${text}\x1b[0m` : text);
export const bold = paint(1);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

export const interactive = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

export const say = (text: string): boolean => process.stdout.write(`${text}\n`);
export const tell = (text: string): boolean => process.stderr.write(`${text}\n`);

/** `nuse routes | head`: who has seen enough ends us, as it ends every program. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

export const printJson = (value: unknown): boolean => say(JSON.stringify(value, null, 2));

export function printTable<T>(columns: readonly Column<T>[], rows: readonly T[], none: string): void {
  if (rows.length === 0) tell(none);
  else process.stdout.write(formatTable(columns, rows, bold));
}

const prefixes = ["", "k", "M", "G", "T"];

/** 1234567 with "bit/s": "1.23 Mbit/s" */
export function scaled(value: number, unit: string): string {
  let index = 0;
  while (value >= 1000 && index < prefixes.length - 1) {
    value /= 1000;
    index++;
  }
  return `${value.toFixed(index === 0 ? 0 : 2)} ${prefixes[index]}${unit}`;
}

/** "3 d 4 h", "12 min 5 s" */
export function duration(seconds: number): string {
  const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"], [Math.floor(seconds / 60) % 60, "min"], [Math.floor(seconds) % 60, "s"]] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0 ? "0 s" : parts.slice(first, first + 2).map(([count, unit]) => `${count} ${unit}`).join(" ");
}
