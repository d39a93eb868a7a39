// SPDX-License-Identifier: GPL-2.0-only
// A YAML file whose every value remembers where it stands.

import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import { NuseError } from "../errors.js";
import type { Place } from "../errors.js";

/** Keys and indexes from the top of the file to a value. */
export type Path = readonly (string | number)[];

export interface ConfigDocument {
  readonly content: unknown;
  /** Where the value at `path` stands; of its nearest parent if it is absent. */
  valuePlace(path: Path): Place;
  /** Where a line and a column, from 1, of the text at `path` stand. */
  textPlace(path: Path, line: number, column: number): Place;
  /** Where the key that ends `path` stands. */
  keyPlace(path: Path): Place;
}

/** Parse `text`, which came from `file`; throws with every syntax error. */
export function parseConfig(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    throw new NuseError("config.syntax", `${file} is not valid YAML`, {
      faults: document.errors.map(
        ({ message, pos }) => new NuseError("config.syntax", message, { place: at(pos[0]) }),
      ),
    });
  }
  const start = (node: Node | null | undefined): Place => at(node?.range?.[0] ?? 0);
  return {
    content: toContent(document, file),
    valuePlace: (path) => start(nearest(document, path)),
    textPlace: (path, line, column) => {
      const node = nearest(document, path);
      const block = isScalar(node) && node.type === "BLOCK_LITERAL";
      return block ? at(offsetInBlock(text, node.range![0], line, column)) : start(node);
    },
    keyPlace: (path) => {
      const key = pair(document, path)?.key;
      return isNode(key) ? start(key) : start(nearest(document, path));
    },
  };
}

/** The text of a block begins on the line below its |, indented as its first line that is not empty. */
function offsetInBlock(source: string, header: number, line: number, column: number): number {
  const first = source.indexOf("\n", header) + 1;
  const indent = /^ */.exec(source.slice(first).replace(/^(?: *\r?\n)+/, ""))![0].length;
  let start = first;
  for (let skipped = 1; skipped < line; skipped++) start = source.indexOf("\n", start) + 1;
  return start + indent + column - 1;
}

/** Aliases that multiply (the "billion laughs") are an error of the file, not of ours. */
function toContent(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("config.syntax", message, { place: { file, line: 1, column: 1 }, cause });
  }
}

function nearest(document: Document, path: Path): Node | null {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return isNode(document.contents) ? document.contents : null;
}

function pair(document: Document, path: Path): Pair | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (!isMap(parent)) return undefined;
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
}
