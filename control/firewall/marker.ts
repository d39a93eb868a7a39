// SPDX-License-Identifier: GPL-2.0-only
// What of the configuration a kernel has: a table without rules in that kernel
// says it, so that it is known whoever asks, and goes when the kernel goes.
//
// Its comment holds digests of what was applied and of what nft listed right
// afterwards; a chain for each table of the raw text says whose it is.

import type { Line } from "./compile/lines.js";
import type { ListedTable } from "./listing.js";

export const markerTable = "inet nuse-applied";

export interface Applied {
  /** Digest of the compiled text. */
  readonly text: string;
  /** Digest of the listing after it; "" until it has been listed. */
  readonly listing: string;
}

export interface Marker {
  readonly own: Applied;
  readonly raw: Applied;
  /** Tables that the raw text declared. */
  readonly tables: readonly string[];
}

export function readMarker({ comment, blocks }: ListedTable): Marker | undefined {
  const [, own, ownListing = "", raw, rawListing = ""] = /^own ([0-9a-f]{16})\/([0-9a-f]*) raw ([0-9a-f]{16})\/([0-9a-f]*)$/.exec(comment ?? "") ?? [];
  if (own === undefined || raw === undefined) return undefined;
  return {
    own: { text: own, listing: ownListing },
    raw: { text: raw, listing: rawListing },
    tables: blocks.map(({ name }) => name.replace("/", " ")),
  };
}

/** Statements that put a new marker in place of an old one. */
export function markerLines({ own, raw, tables }: Marker): Line[] {
  return [
    ...removeMarker,
    { text: `table ${markerTable} {` },
    { text: `\tcomment "own ${own.text}/${own.listing} raw ${raw.text}/${raw.listing}"` },
    ...tables.map((table) => ({ text: `\tchain ${table.replace(" ", "/")} { }` })),
    { text: "}" },
  ];
}

/** Also right when there is none: a table is made before it is deleted. */
export const dropTable = (table: string): Line[] => [{ text: `table ${table}` }, { text: `delete table ${table}` }];

export const removeMarker = dropTable(markerTable);
