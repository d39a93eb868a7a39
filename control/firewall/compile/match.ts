// SPDX-License-Identifier: GPL-2.0-only
// A match in nft's words, in the order and the form in which nft lists them.

import type { Family } from "../../net/address.js";
import type { AddressTerms, Match, PortForward, Terms } from "../model.js";
import { familyOfProtocol } from "../names.js";
import { formatAddressRange, formatPortRange, isEverything } from "../ranges.js";
import type { AddressRange, Range } from "../ranges.js";

/** One nft rule's worth of a match. */
export interface Variant {
  /** undefined: of either family. */
  readonly family: Family | undefined;
  readonly words: readonly string[];
}

const nfproto = (family: Family): string => `meta nfproto ipv${family}`;
const layer = (family: Family): string => (family === 4 ? "ip" : "ip6");

/** "x", or "{ x, y }" */
const oneOf = (words: readonly string[]): string => (words.length === 1 ? words[0]! : `{ ${words.join(", ")} }`);

/** The values that a field may have: alternatives, each a rule of its own. */
function alternatives<R extends Range>(field: string, { negated, ranges, sets }: Terms<R>, format: (range: R) => string): string[] {
  const operator = negated ? "!= " : "";
  const words = [
    ...(ranges.length > 0 ? [`${field} ${operator}${oneOf(ranges.map(format))}`] : []),
    ...sets.map((name) => `${field} ${operator}@${name}`),
  ];
  return negated ? [words.join(" ")] : words;
}

/** An address that may be any of its family does not need to be looked at. */
function addresses(family: Family, field: "saddr" | "daddr", terms: AddressTerms | undefined): string[] {
  const mine = terms?.get(family);
  if (!mine || mine.ranges.some(isEverything)) return [""];
  return alternatives<AddressRange>(`${layer(family)} ${field}`, mine, formatAddressRange);
}

function portWords({ protocols, ports, sourcePorts }: Match): string[] {
  if (!protocols) return [""];
  const [single] = protocols;
  const field = protocols.length === 1 ? single! : "th";
  const source = sourcePorts ? alternatives(`${field} sport`, sourcePorts, formatPortRange) : [""];
  const destination = ports ? alternatives(`${field} dport`, ports, formatPortRange) : [""];
  const implied = protocols.length === 1 && (ports !== undefined || sourcePorts !== undefined);
  const protocol = implied ? "" : `meta l4proto ${oneOf(protocols)}`;
  return source.flatMap((from) => destination.map((to) => words(protocol, from, to)));
}

const words = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");

function beforeAddresses(match: Match): string[] {
  const quoted = (names: readonly string[]): string => oneOf(names.map((name) => `"${name}"`));
  return [
    match.in ? `iifname ${quoted(match.in)}` : "",
    match.out ? `oifname ${quoted(match.out)}` : "",
    match.translated === true ? "ct status dnat" : "",
    match.local === true ? "fib daddr type local" : "",
  ];
}

/** The rules that together match what `match` says. */
export function variants(match: Match): Variant[] {
  const before = beforeAddresses(match);
  const state = match.states ? `ct state ${match.states.join(",")}` : "";
  const speaksOfAddresses = match.source !== undefined || match.destination !== undefined;
  const isIcmp = match.icmp !== undefined || match.icmpv6 !== undefined;
  if (match.families.length === 2 && !speaksOfAddresses && !isIcmp) {
    return portWords(match).map((ports) => ({ family: undefined, words: [...before, ports, state].filter(Boolean) }));
  }
  return match.families.flatMap((family) => {
    const sources = addresses(family, "saddr", match.source);
    const destinations = addresses(family, "daddr", match.destination);
    return sources.flatMap((source) => destinations.flatMap((destination) =>
      layer4(match, family).map((transport) => {
        const implied = source !== "" || destination !== "" || isIcmp || isOfOneFamily(match);
        const parts = [implied ? "" : nfproto(family), ...before, source, destination, transport, state];
        return { family, words: parts.filter(Boolean) };
      })));
  });
}

const isOfOneFamily = ({ protocols }: Match): boolean => protocols?.length === 1 && familyOfProtocol.has(protocols[0]!);

function layer4(match: Match, family: Family): string[] {
  if (match.icmp === undefined && match.icmpv6 === undefined) return portWords(match);
  const types = family === 4 ? match.icmp : match.icmpv6;
  return types ? [`${family === 4 ? "icmp" : "icmpv6"} type ${oneOf(types)}`] : [];
}

/** The packets of a forwarded port once they have their new destination. */
export function translated({ match: { families, protocols, ports }, to: { addresses: target, port } }: PortForward): Match {
  const single = port === undefined ? undefined : { from: BigInt(port), to: BigInt(port) };
  return {
    families, protocols, translated: true,
    ports: single ? { negated: false, ranges: [single], sets: [] } : ports,
    destination: new Map([[target.family, { negated: false, ranges: [target], sets: [] }]]),
  };
}

export const commentWords = (comment: string | undefined): string[] => (comment === undefined ? [] : [`comment "${comment}"`]);
