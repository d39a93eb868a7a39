// SPDX-License-Identifier: GPL-2.0-only
// What compiling makes: blocks of one table, as nft lists them, each line with
// the place in the configuration file that it comes from.

import type { Place } from "../../errors.js";

export interface Line {
  readonly text: string;
  readonly place?: Place | undefined;
}

export type BlockKind = "counter" | "set" | "flowtable" | "chain";

/** A set, a chain and the like: what it is, then what is in it. */
export interface Block {
  readonly kind: BlockKind;
  readonly name: string;
  readonly place?: Place | undefined;
  readonly head: readonly string[];
  /** Rules of a chain. */
  readonly rules: readonly Line[];
  /** Elements of a set. */
  readonly elements: readonly string[];
}

export const blockKey = ({ kind, name }: Pick<Block, "kind" | "name">): string => `${kind} ${name}`;

/** A block in lines; `withElements` false leaves a set's elements out. */
export function blockLines({ kind, name, place, head, rules, elements }: Block, withElements = true): Line[] {
  const lines = head.map((text) => ({ text: `\t\t${text}`, place }));
  if (withElements && elements.length > 0) lines.push({ text: `\t\telements = { ${elements.join(", ")} }`, place });
  return [
    { text: `\t${kind} ${name} {`, place },
    ...lines,
    ...rules.map((rule) => ({ text: `\t\t${rule.text}`, place: rule.place })),
    { text: "\t}", place },
  ];
}
