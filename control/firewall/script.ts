// SPDX-License-Identifier: GPL-2.0-only
// The one transaction that turns what is in a kernel into what is wanted.
//
// The table of the structured part is changed in place: all its rules go and
// come, but counters and sets that stay are not touched, so they keep their
// counts and what they have learned. Tables of the raw text are replaced whole.

import type { Place } from "../errors.js";
import { blockKey, blockLines } from "./compile/lines.js";
import type { Block, Line } from "./compile/lines.js";
import { ownTable } from "./compile/table.js";
import type { FirewallConfig } from "./config.js";
import { isDynamic } from "./listing.js";
import { dropTable, markerLines, removeMarker } from "./marker.js";
import type { RawText } from "./raw.js";

export interface Script {
  readonly text: string;
  /** Where what stands in a line, from 1, and a column comes from. */
  readonly place: (line: number, column: number) => Place | undefined;
}

/** What is in the kernel of what is ours. */
export interface Running {
  /** Undefined when there is no such table. */
  readonly own: readonly Block[] | undefined;
  readonly rawTables: readonly string[];
}

export interface Parts {
  readonly own: boolean;
  readonly raw: boolean;
}

/** The transaction for the parts of `wanted` that differ. */
export function changeScript(running: Running, wanted: FirewallConfig, parts: Parts): Script {
  const { blocks, raw, digests } = wanted;
  const isEmpty = blocks.length === 0 && !raw;
  const marker = isEmpty
    ? removeMarker
    : markerLines({ own: { text: digests.own, listing: "" }, raw: { text: digests.raw, listing: "" }, tables: raw?.tables ?? [] });
  const gone = parts.raw ? [...new Set([...running.rawTables, ...(raw?.tables ?? [])])].sort() : [];
  const lines = [...marker, ...(parts.own ? ownLines(running.own, blocks) : []), ...gone.flatMap(dropTable)];
  return withRaw(lines, parts.raw ? raw : undefined);
}

export const plainScript = (lines: readonly Line[]): Script => withRaw(lines, undefined);

/** The raw text stands last: whatever it lacks, it swallows nothing. */
function withRaw(lines: readonly Line[], raw: RawText | undefined): Script {
  // What is missing at the end is missing on the last line.
  const last = (raw?.text.split("\n").length ?? 1) - 1;
  return {
    text: `${lines.map(({ text }) => text).join("\n")}\n${raw?.text ?? ""}`,
    place: (line, column) => (line > lines.length ? raw?.place(Math.min(line - lines.length, last), column) : lines[line - 1]?.place),
  };
}

function ownLines(running: readonly Block[] | undefined, wanted: readonly Block[]): Line[] {
  if (wanted.length === 0) return running ? dropTable(ownTable) : [];
  const table = { text: `table ${ownTable}` };
  const is = new Map((running ?? []).map((block) => [blockKey(block), block]));
  return [
    table,
    { text: `flush table ${ownTable}` },
    ...obsolete(running ?? [], wanted),
    { text: `table ${ownTable} {` },
    ...wanted.flatMap((block) => blockLines(block, !hasElements(is.get(blockKey(block)), block))),
    { text: "}" },
  ];
}

/** References go before what they refer to. */
const deletionOrder = ["chain", "flowtable", "set", "map", "counter"];

function obsolete(running: readonly Block[], wanted: readonly Block[]): Line[] {
  const should = new Map(wanted.map((block) => [blockKey(block), block]));
  const rank = ({ kind }: Block): number => deletionOrder.indexOf(kind);
  return running.toSorted((a, b) => rank(a) - rank(b)).flatMap((block) => {
    const next = should.get(blockKey(block));
    if (!next || !isKept(block, next)) return [{ text: `delete ${block.kind} ${ownTable} ${block.name}` }];
    if (block.kind !== "set" || isDynamic(block) || hasElements(block, next)) return [];
    return [{ text: `flush set ${ownTable} ${block.name}` }];
  });
}

/** Can `is` become `wanted` without being deleted? A chain's policy may change, what kind of chain it is not. */
function isKept(is: Block, wanted: Block): boolean {
  const fixed = ({ kind, head }: Block): string => (kind === "chain" ? head.join().replace(/policy \w+;/, "") : head.join());
  return is.kind === "counter" || fixed(is) === fixed(wanted);
}

/** Elements that need not be sent. */
const hasElements = (is: Block | undefined, wanted: Block): boolean =>
  is !== undefined && isKept(is, wanted) && (isDynamic(wanted) || is.elements.join() === wanted.elements.join());
