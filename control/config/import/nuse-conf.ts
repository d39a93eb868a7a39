// SPDX-License-Identifier: GPL-2.0-only
// 2015's nuse.conf, as the LibOS project's NUSE read it:
//
//   interface eth0
//       address 192.0.2.10
//       netmask 255.255.255.0
//       macaddr 00:01:01:01:01:02
//       viftype RAW
//   route
//       network 0.0.0.0
//       netmask 0.0.0.0
//       gateway 192.0.2.1

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its comment; empty for a line that is only a comment. */
  readonly words: readonly string[];
  /** Without the #. */
  readonly comment: string | undefined;
}

export interface Block {
  readonly kind: "interface" | "route";
  readonly name: string;
  readonly head: Line;
  readonly settings: readonly Line[];
  /** Comments above it. */
  readonly comments: readonly string[];
}

export interface Parsed {
  readonly blocks: readonly Block[];
  /** Lines that are in no block. */
  readonly stray: readonly Line[];
  readonly trailing: readonly string[];
}

function parseLine(text: string, index: number): Line {
  const [code = "", ...rest] = text.split("#");
  const words = code.split(/[\s=;]+/).filter((word) => word !== "");
  return { number: index + 1, words, comment: rest.length === 0 ? undefined : rest.join("#").trim() };
}

/** Lenient about case, indentation, = and ; between words, and where comments stand. */
export function parseNuseConf(text: string): Parsed {
  const blocks: (Block & { settings: Line[] })[] = [];
  const stray: Line[] = [];
  let comments: string[] = [];
  for (const line of text.split(/\r?\n/).map(parseLine)) {
    const [first] = line.words;
    const kind = first?.toLowerCase();
    if (kind === undefined) {
      if (line.comment) comments.push(line.comment);
    } else if (kind === "interface" || kind === "route") {
      blocks.push({ kind, name: line.words[1] ?? "", head: line, settings: [], comments: withOwn(comments, line) });
      comments = [];
    } else {
      const block = blocks.at(-1);
      if (block) {
        block.settings.push(line);
        (block.comments as string[]).push(...withOwn(comments, line));
        comments = [];
      } else stray.push(line);
    }
  }
  return { blocks, stray, trailing: comments };
}

const withOwn = (above: readonly string[], { comment }: Line): string[] => (comment ? [...above, comment] : [...above]);
