// SPDX-License-Identifier: GPL-2.0-only
// The structured firewall as one nft table. Pure, and stable: the same model
// gives the same text, which is what nft lists after it has been applied.

import type { Place } from "../../errors.js";
import type { Model, NamedSet } from "../model.js";
import { filterChains, flowtableName } from "./filter.js";
import { blockLines } from "./lines.js";
import type { Block, Line } from "./lines.js";
import { natChains } from "./nat.js";

export const ownTable = "inet nuse";

const elementType = { ipv4: "ipv4_addr", ipv6: "ipv6_addr", port: "inet_service" } as const;

/** The blocks of the table, none when there is nothing to filter or translate. */
export function compileTable(model: Model): Block[] {
  return [...counters(model), ...model.sets.map(setBlock), ...flowtable(model), ...filterChains(model), ...natChains(model)];
}

function counters({ chains }: Model): Block[] {
  const places = new Map<string, Place>();
  for (const { counter, place } of chains.flatMap(({ rules }) => rules)) {
    if (counter !== undefined && !places.has(counter)) places.set(counter, place);
  }
  const named = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([name, place]) => ({ kind: "counter", name, place, head: [], rules: [], elements: [] }));
}

function setBlock({ name, place, type, elements, interval, dynamic, timeout, size }: NamedSet): Block {
  const flags = [...(interval ? ["interval"] : []), ...(dynamic ? ["dynamic"] : []), ...(timeout === undefined ? [] : ["timeout"])];
  return {
    kind: "set", name, place, elements, rules: [],
    head: [
      `type ${elementType[type]}`,
      ...(size === undefined ? [] : [`size ${size}`]),
      ...(flags.length > 0 ? [`flags ${flags.join(",")}`] : []),
      ...(timeout === undefined ? [] : [`timeout ${formatDuration(timeout)}`]),
    ],
  };
}

const units = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]] as const;

/** "90m" as nft writes it: "1h30m" */
function formatDuration(text: string): string {
  const unit = units.find(([letter]) => text.endsWith(letter))![1];
  let left = Number(text.slice(0, -1)) * unit;
  let words = "";
  for (const [letter, seconds] of units) {
    const count = Math.floor(left / seconds);
    if (count > 0) words += `${count}${letter}`;
    left -= count * seconds;
  }
  return words;
}

function flowtable({ flowtable: wanted }: Model): Block[] {
  if (!wanted) return [];
  const head = ["hook ingress priority filter", `devices = { ${wanted.devices.map((name) => `"${name}"`).join(", ")} }`];
  return [{ kind: "flowtable", name: flowtableName, place: wanted.place, head, rules: [], elements: [] }];
}

/** The whole table, as `nft list table` prints it apart from empty lines. */
export const tableLines = (blocks: readonly Block[]): Line[] => [
  { text: `table ${ownTable} {` }, ...blocks.flatMap((block) => blockLines(block)), { text: "}" },
];
