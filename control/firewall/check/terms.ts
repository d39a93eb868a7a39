// SPDX-License-Identifier: GPL-2.0-only
// The words of a rule, checked and resolved. A fault is noted, and leaves
// undefined, or what was right beside it.

import { closest } from "../../config/closest.js";
import type { Path } from "../../config/document.js";
import type { Family } from "../../net/address.js";
import type { AddressTerms, Terms } from "../model.js";
import { protocols as protocolNumbers, sortedInterfaces, sortedNames } from "../names.js";
import { parseAddressRange, parsePortRange, unite } from "../ranges.js";
import type { AddressRange, Parsed, Range } from "../ranges.js";
import { list } from "./context.js";
import type { Context } from "./context.js";

type OneOrMore<T> = T | readonly T[];

/** Known, or a pattern such as ppp*. */
export function checkInterface(name: string, path: Path, { refuse, interfaces, zones }: Context): void {
  if (interfaces.has(name) || name.endsWith("*")) return;
  const near = closest(name, [...zones.keys(), ...interfaces]);
  refuse(path, `there is no interface or zone ${name}`, near === undefined ? `known: ${[...zones.keys(), ...interfaces].join(", ")}` : `did you mean ${near}?`);
}

/** The interfaces that zones and names mean, in order. */
export function interfaceNames(value: OneOrMore<string> | undefined, path: Path, context: Context): string[] | undefined {
  if (value === undefined) return undefined;
  const names = list(value).flatMap((name) => {
    const zone = context.zones.get(name);
    if (zone) return zone;
    checkInterface(name, path, context);
    return [name];
  });
  return sortedInterfaces(names);
}

interface Collected<R extends Range> {
  readonly negated: boolean;
  readonly ranges: R[];
  readonly sets: string[];
}

/** Tell ranges, set names and the ! before them apart. */
function collect<R extends Range>(
  value: OneOrMore<string | number>, path: Path, { refuse, sets }: Context, types: readonly string[], parse: (text: string) => Parsed<R>,
): Collected<R> {
  const texts = list(value).map(String);
  const negated = texts.filter((text) => text.startsWith("!")).length;
  if (negated > 0 && negated < texts.length) refuse(path, "some have a ! and others have none", "put ! before each, or before none");
  const ranges: R[] = [];
  const names: string[] = [];
  for (const text of texts.map((one) => one.replace(/^!/, "").trim())) {
    if (text.startsWith("@")) {
      const set = sets.get(text.slice(1));
      if (!set) refuse(path, `there is no set ${text.slice(1)}`, known(text.slice(1), sets));
      else if (!types.includes(set.type)) refuse(path, `the set ${text.slice(1)} is of type ${set.type}`, `${types.join(" or ")} is needed`);
      else names.push(text.slice(1));
      continue;
    }
    const parsed = parse(text);
    if ("fault" in parsed) refuse(path, parsed.fault, parsed.hint);
    else ranges.push(parsed.value);
  }
  return { negated: negated > 0, ranges, sets: [...new Set(names)].sort() };
}

function known(name: string, sets: Context["sets"]): string {
  const near = closest(name, [...sets.keys()]);
  if (near !== undefined) return `did you mean ${near}?`;
  return sets.size === 0 ? "sets are declared in firewall.sets" : `known: ${[...sets.keys()].join(", ")}`;
}

export function addressTerms(value: OneOrMore<string> | undefined, path: Path, context: Context): AddressTerms | undefined {
  if (value === undefined) return undefined;
  const { negated, ranges, sets } = collect(value, path, context, ["ipv4", "ipv6"], parseAddressRange);
  const terms = new Map<Family, Terms<AddressRange>>();
  for (const family of [4, 6] as const) {
    const mine = {
      negated,
      ranges: unite(ranges.filter((range) => range.family === family)),
      sets: sets.filter((name) => context.sets.get(name)!.type === `ipv${family}`),
    };
    if (mine.ranges.length + mine.sets.length > 0) terms.set(family, mine);
  }
  return terms;
}

export function portTerms(value: OneOrMore<string | number> | undefined, path: Path, context: Context): Terms<Range> | undefined {
  if (value === undefined) return undefined;
  const { negated, ranges, sets } = collect(value, path, context, ["port"], parsePortRange);
  return { negated, ranges: unite(ranges), sets };
}

/** nft's names for protocols, in numeric order. */
export function protocolNames(value: OneOrMore<string | number> | undefined, path: Path, context: Context): string[] | undefined {
  if (value === undefined) return undefined;
  const spelled = list(value).map((one) => (one === "icmpv6" ? "ipv6-icmp" : one));
  return namesOf(protocolNumbers, spelled, "protocol", path, context);
}

/** Names or numbers as names where there are some, in numeric order. */
export function namesOf(
  table: ReadonlyMap<string, number>, value: OneOrMore<string | number>, what: string, path: Path, { refuse }: Context,
): string[] {
  const numbers = list(value).flatMap((one) => {
    const number = typeof one === "number" ? one : table.get(one);
    if (number !== undefined) return [number];
    const near = closest(String(one), [...table.keys()]);
    refuse(path, `${one} is not a ${what}`, near === undefined ? `known: ${[...table.keys()].join(", ")}` : `did you mean ${near}?`);
    return [];
  });
  return sortedNames(table, numbers);
}
