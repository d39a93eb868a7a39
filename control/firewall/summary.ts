// SPDX-License-Identifier: GPL-2.0-only
// The difference between two tables in words, for people.

import { blockKey } from "./compile/lines.js";
import type { Block } from "./compile/lines.js";
import { isDynamic } from "./listing.js";

/** Lines such as "+ input: tcp dport 22 accept" and "- set admins". */
export function differences(running: readonly Block[], wanted: readonly Block[]): string[] {
  const is = new Map(running.map((block) => [blockKey(block), block]));
  const should = new Map(wanted.map((block) => [blockKey(block), block]));
  return [...new Set([...is.keys(), ...should.keys()])].flatMap((key) => blockDifferences(key, is.get(key), should.get(key)));
}

function blockDifferences(key: string, is: Block | undefined, wanted: Block | undefined): string[] {
  if (!is) return [`+ ${key}${contents(wanted!)}`];
  if (!wanted) return [`- ${key}${contents(is)}`];
  const name = is.kind === "chain" ? is.name : key;
  const before = is.rules.map(({ text }) => comparable(text));
  const after = wanted.rules.map(({ text }) => comparable(text));
  const gone = without(before, after);
  const come = without(after, before);
  const moved = gone.length + come.length === 0 && before.join("\n") !== after.join("\n");
  return [
    ...headDifferences(name, is, wanted),
    ...gone.map((rule) => `- ${name}: ${rule}`),
    ...come.map((rule) => `+ ${name}: ${rule}`),
    ...(moved ? [`~ ${name}: the order of rules`] : []),
    ...(isDynamic(wanted) ? [] : elementDifferences(name, is.elements, wanted.elements)),
  ];
}

/** A rule as nft lists it: it passes over a family that a later word implies, though the kernel has it. */
export const comparable = (rule: string): string => (/ (reject|update @)/.test(rule) ? rule.replace(/meta nfproto ipv[46] /, "") : rule);

/** " (3 rules)" */
function contents({ rules, elements }: Block): string {
  const words = [...counted(rules.length, "rule"), ...counted(elements.length, "element")];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`]);

function headDifferences(name: string, is: Block, wanted: Block): string[] {
  const next = without(wanted.head, is.head);
  return next.length === 0 && is.head.length === wanted.head.length ? [] : [`~ ${name}: ${next.join(" ")}`];
}

function elementDifferences(name: string, is: readonly string[], wanted: readonly string[]): string[] {
  const gone = without(is, wanted).length;
  const come = without(wanted, is).length;
  const words = [...counted(come, "element").map((text) => `${text} more`), ...counted(gone, "element").map((text) => `${text} less`)];
  return words.length === 0 ? [] : [`~ ${name}: ${words.join(", ")}`];
}

/** What of `a` is not in `b`; what is there twice has to be in both twice. */
function without(a: readonly string[], b: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of b) counts.set(one, (counts.get(one) ?? 0) + 1);
  return a.filter((one) => {
    const left = counts.get(one) ?? 0;
    if (left > 0) counts.set(one, left - 1);
    return left === 0;
  });
}
