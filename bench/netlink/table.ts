// SPDX-License-Identifier: GPL-2.0-only
// A routing table with the prefix lengths of the Internet's, in random order.

import { fromBytes } from "../../control/net/address.js";
import type { Prefix } from "../../control/net/address.js";

/** How many of 1,000 prefixes have which length. */
const shares: readonly (readonly [length: number, share: number])[] = [
  [24, 600], [22, 120], [23, 110], [21, 55], [20, 45], [19, 30], [18, 15], [16, 15], [17, 10],
];

/** The same numbers in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function lengthOf(at: number): number {
  let left = at;
  for (const [length, share] of shares) {
    if (left < share) return length;
    left -= share;
  }
  return shares[0]![0];
}

/** From 11.0.0.0 to 99.255.255.255, each once. */
export function makeTable(count: number): Prefix[] {
  const next = random(1);
  const seen = new Set<string>();
  const table: Prefix[] = [];
  while (table.length < count) {
    const length = lengthOf(next() % 1000);
    const mask = (-1 << (32 - length)) >>> 0;
    const base = ((((11 + (next() % 89)) << 24) | (next() & 0xffffff)) & mask) >>> 0;
    const key = `${base}/${length}`;
    if (seen.has(key)) continue;
    seen.add(key);
    table.push({ address: fromBytes([base >>> 24, (base >>> 16) & 0xff, (base >>> 8) & 0xff, base & 0xff]), length });
  }
  return table;
}
