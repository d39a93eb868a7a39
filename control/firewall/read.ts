// SPDX-License-Identifier: GPL-2.0-only
// What a kernel's firewall has counted and learned, whoever made its tables.

import type { Nft } from "./nft.js";

export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

export interface NamedCounter extends Counted {
  /** "inet nuse" */
  readonly table: string;
  readonly name: string;
}

export interface SetElement {
  /** "192.0.2.0/24", "8000-8010", "tcp . 22" */
  readonly value: string;
  /** Seconds that it is kept for, and that are left. */
  readonly timeout?: number | undefined;
  readonly expires?: number | undefined;
}

export interface ListedSet {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly elements: readonly SetElement[];
}

export interface ListedRule {
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  /** In nft's words. */
  readonly text: string;
  /** Of a counter in the rule itself. */
  readonly counted: Counted | undefined;
}

/** Named counters of all tables. */
export async function readCounters(nft: Nft): Promise<NamedCounter[]> {
  return (await entries(nft, "list counters", "counter")).map((counter) => ({
    table: tableOf(counter), name: String(counter["name"]), packets: Number(counter["packets"]), bytes: Number(counter["bytes"]),
  }));
}

/** Named sets of all tables with their elements. */
export async function readSets(nft: Nft): Promise<ListedSet[]> {
  return (await entries(nft, "list ruleset", "set")).map((set) => ({
    table: tableOf(set), name: String(set["name"]), type: textOf(set["type"]),
    elements: (Array.isArray(set["elem"]) ? (set["elem"] as unknown[]) : []).map(element),
  }));
}

/** Rules of all tables in their order. */
export async function readRules(nft: Nft): Promise<ListedRule[]> {
  const rules: ListedRule[] = [];
  let table = "";
  let chain = "";
  for (const line of (await nft.output("list ruleset", { handle: true, terse: true })).split("\n")) {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? chain;
    const [, text, handle] = /^\t\t(.*) # handle (\d+)$/.exec(line) ?? [];
    if (text !== undefined) rules.push({ table, chain, handle: Number(handle), text, counted: counted(text) });
  }
  return rules;
}

function counted(text: string): Counted | undefined {
  const [, packets, bytes] = /\bcounter packets (\d+) bytes (\d+)/.exec(text) ?? [];
  return packets === undefined ? undefined : { packets: Number(packets), bytes: Number(bytes) };
}

type Entry = Readonly<Record<string, unknown>>;

async function entries(nft: Nft, command: string, kind: string): Promise<Entry[]> {
  const { nftables } = JSON.parse(await nft.output(command, { json: true })) as { nftables: Record<string, Entry>[] };
  return nftables.flatMap((entry) => (entry[kind] ? [entry[kind]] : []));
}

const tableOf = ({ family, table }: Entry): string => `${String(family)} ${String(table)}`;

function element(value: unknown): SetElement {
  const { elem } = value as { elem?: { val: unknown; timeout?: number; expires?: number } };
  return elem ? { value: textOf(elem.val), timeout: elem.timeout, expires: elem.expires } : { value: textOf(value) };
}

/** nft's JSON for a value as nft's words. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(" . ");
  if (typeof value !== "object" || value === null) return String(value);
  const { prefix, range, concat } = value as { prefix?: { addr: string; len: number }; range?: unknown[]; concat?: unknown[] };
  if (prefix) return `${prefix.addr}/${prefix.len}`;
  if (range) return range.map(textOf).join("-");
  return concat ? textOf(concat) : JSON.stringify(value);
}
