// SPDX-License-Identifier: GPL-2.0-only
// Text in nft's own language: which tables it declares, and where its lines
// stand in the configuration file.

import type { Path } from "../config/document.js";
import type { Refuse } from "../config/build/context.js";
import type { Place } from "../errors.js";

export interface RawText {
  readonly text: string;
  /** "ip filter": what the text declares, and so what is replaced with it. */
  readonly tables: readonly string[];
  /** Where a line and a column of the text, from 1, stand in the file. */
  readonly place: (line: number, column: number) => Place;
}

const families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
/** Tables with names that begin so are of the structured part and of our own. */
export const reserved = "nuse";

/** The text cut at the ends of statements that stand in no block; comments and strings are blank. */
function statements(text: string): string[] {
  const bare = text
    .replace(/"(?:[^"\\\n]|\\.)*"/g, (string) => `"${" ".repeat(string.length - 2)}"`)
    .replace(/#.*/g, "")
    .replace(/\\\n/g, "  ");
  const found: string[] = [];
  let depth = 0;
  let current = "";
  for (const letter of bare) {
    if (letter === "{") depth++;
    if (letter === "}") depth--;
    if (depth === 0 && (letter === "\n" || letter === ";")) {
      found.push(current);
      current = "";
    } else {
      current += letter;
    }
  }
  return [...found, current].map((statement) => statement.trim()).filter((statement) => statement !== "");
}

/** The table that a statement declares, or undefined if it is another statement. */
function declared(statement: string): string | undefined {
  const [, family = "ip", name] = /^table\s+(?:(\w+)\s+)?([A-Za-z_.][\w./-]*)\s*\{/.exec(statement) ?? [];
  return name !== undefined && families.includes(family) ? `${family} ${name}` : undefined;
}

/** Only declarations: the tables they make can be told, replaced and removed again. */
export function checkRaw(text: string, path: Path, place: RawText["place"], refuse: Refuse): RawText | undefined {
  const tables = new Set<string>();
  for (const statement of statements(text)) {
    const table = declared(statement);
    if (table !== undefined) tables.add(table);
    else if (!/^(re)?define\s/.test(statement)) {
      const first = statement.split(/\s/, 2).join(" ");
      return refuse(path, `nft text holds tables and definitions only, not ${JSON.stringify(first)}`, "table inet NAME { ... }");
    }
  }
  for (const table of tables) {
    const [, name = ""] = table.split(" ");
    if (name.startsWith(reserved)) return refuse(path, `the table name ${name} is reserved`, `names that begin with ${reserved} are nused's own`);
  }
  return { text: text.endsWith("\n") ? text : `${text}\n`, tables: [...tables].sort(), place };
}
