// SPDX-License-Identifier: GPL-2.0-only
// What `nft --stateless list table` prints, in blocks as compiling makes them.

import type { Block, BlockKind } from "./compile/lines.js";

export interface ListedTable {
  /** "inet nuse" */
  readonly name: string;
  readonly comment: string | undefined;
  readonly blocks: readonly Block[];
  /** What tells two listings apart; elements that come and go are not in it. */
  readonly canonical: string;
}

interface OpenBlock {
  readonly kind: BlockKind;
  readonly name: string;
  readonly lines: string[];
}

/** The tables of a listing. */
export function parseListing(text: string): ListedTable[] {
  return text
    .split(/^(?=table )/m)
    .filter((part) => part.startsWith("table "))
    .map(parseTable);
}

function parseTable(text: string): ListedTable {
  const [, name = ""] = /^table (\S+ \S+) \{/.exec(text) ?? [];
  const [, comment] = /^\tcomment "(.*)"$/m.exec(text) ?? [];
  const blocks: Block[] = [];
  let open: OpenBlock | undefined;
  for (const line of joinElements(text).split("\n")) {
    const [, kind, block] = /^\t(\w+(?: helper| timeout| expectation)?) (\S+) \{$/.exec(line) ?? [];
    if (!open && kind !== undefined && block !== undefined) open = { kind: kind as BlockKind, name: block, lines: [] };
    else if (open && line === "\t}") {
      blocks.push(closeBlock(open));
      open = undefined;
    } else if (open) open.lines.push(line.replace(/^\t\t/, ""));
  }
  return { name, comment, blocks, canonical: [name, comment ?? "", ...blocks.map((block) => JSON.stringify(stable(block)))].join("\n") };
}

/** nft breaks long lists of elements into lines. */
const joinElements = (text: string): string =>
  text.replace(/^\t\telements = \{[^}]*(?:\}[^\n}]*)*\}$/gm, (elements) => elements.replace(/\s+/g, " ").replace(/^ /, "\t\t"));

function closeBlock({ kind, name, lines }: OpenBlock): Block {
  if (kind === "chain") {
    const base = lines.filter((line) => /^(type \w+ hook|comment )/.test(line));
    return { kind, name, head: base, elements: [], rules: lines.filter((line) => !base.includes(line)).map((text) => ({ text })) };
  }
  const elements = lines.find((line) => line.startsWith("elements = "));
  return {
    kind, name, rules: [],
    head: lines.filter((line) => line !== elements && !/^(packets \d|quota|size 0)/.test(line)).map(quoteDevices),
    elements: elements === undefined ? [] : elements.slice("elements = { ".length, -" }".length).split(", "),
  };
}

/** Names are quoted when they are compiled, for some are words of the language; nft lists them bare. */
const quoteDevices = (line: string): string =>
  line.replace(/^devices = \{ (.*) \}$/, (_, names: string) => `devices = { ${names.split(", ").map((name) => `"${name.replaceAll('"', "")}"`).join(", ")} }`);

/** A set whose elements packets or people change at any time. */
export const isDynamic = ({ head }: Pick<Block, "head">): boolean => head.some((line) => /^flags .*(dynamic|timeout)/.test(line));

const stable = (block: Block): Block => (isDynamic(block) ? { ...block, elements: [] } : block);
