// SPDX-License-Identifier: GPL-2.0-only
// Tables for people: columns as wide as what is in them, a line a row.

export interface Column<T> {
  readonly title: string;
  /** Numbers stand at the right edge of their column. */
  readonly value: (row: T) => string | number | undefined;
}

const gap = "  ";

export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[], bold: (text: string) => string = (text) => text): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row)));
  const shown = columns.map((column, index) => ({ ...column, index })).filter(({ index }) => cells.some((row) => (row[index] ?? "") !== ""));
  const widths = shown.map(({ title, index }) => Math.max(title.length, ...cells.map((row) => String(row[index] ?? "").length)));
  const line = (texts: readonly (string | number | undefined)[]): string =>
    texts.map((text, at) => (typeof text === "number" ? String(text).padStart(widths[at]!) : (text ?? "").padEnd(widths[at]!))).join(gap).trimEnd();
  const isNumber = (index: number): boolean => cells.some((row) => typeof row[index] === "number");
  const titles = shown.map(({ title, index }, at) => (isNumber(index) ? title.padStart(widths[at]!) : title));
  return [bold(line(titles)), ...cells.map((row) => line(shown.map(({ index }) => row[index])))].map((text) => `${text}\n`).join("");
}
