// SPDX-License-Identifier: GPL-2.0-only
// Chains that translate addresses.

import type { DestinationNat, Match, Model, PortForward, SourceNat, Target } from "../model.js";
import { sortedInterfaces } from "../names.js";
import { formatAddressRange } from "../ranges.js";
import type { AddressRange } from "../ranges.js";
import type { Block, Line } from "./lines.js";
import { commentWords, translated, variants } from "./match.js";

export function natChains({ sourceNat, destinationNat, forwards }: Model): Block[] {
  const before = [...destinationNat.flatMap(destinationLines), ...forwards.flatMap(forwardLines)];
  const after = [...forwards.flatMap(hairpinLines), ...sourceNat.flatMap(sourceLines)];
  return [
    ...(before.length > 0 ? [natChain("prerouting", "dstnat", before)] : []),
    ...(after.length > 0 ? [natChain("postrouting", "srcnat", after)] : []),
  ];
}

const natChain = (hook: "prerouting" | "postrouting", priority: string, rules: readonly Line[]): Block => ({
  kind: "chain", name: hook, elements: [], rules,
  head: [`type nat hook ${hook} priority ${priority}; policy accept;`],
});

const family = (range: AddressRange): string => (range.family === 4 ? "ip" : "ip6");

/** nft has no prefixes here: a range of addresses. */
function addressWords(range: AddressRange): string {
  if (range.from === range.to) return formatAddressRange(range);
  const end = (value: bigint): string => formatAddressRange({ ...range, from: value, to: value });
  return `${end(range.from)}-${end(range.to)}`;
}

function targetWords({ addresses, port }: Target): string {
  const text = addressWords(addresses);
  if (port === undefined) return `dnat ${family(addresses)} to ${text}`;
  const bracketed = addresses.family === 4 ? text : `[${text.replace("-", "]-[")}]`;
  return `dnat ${family(addresses)} to ${bracketed}:${port}`;
}

function lines(match: Match, decision: string, { place, comment }: Pick<SourceNat, "place" | "comment">): Line[] {
  return variants(match).map(({ words }) => ({ text: [...words, decision, ...commentWords(comment)].join(" "), place }));
}

const destinationLines = (rule: DestinationNat): Line[] => lines(rule.match, targetWords(rule.to), rule);

/** From outside, and with a hairpin from inside as well. */
function forwardLines(rule: PortForward): Line[] {
  const from = sortedInterfaces([...(rule.match.in ?? []), ...(rule.hairpin ?? [])]);
  return lines({ ...rule.match, in: from }, targetWords(rule.to), rule);
}

/** The server must answer a neighbour through the router, which knows whose the answer is. */
function hairpinLines(rule: PortForward): Line[] {
  const { hairpin } = rule;
  return hairpin ? lines({ ...translated(rule), in: hairpin, out: hairpin }, "masquerade", rule) : [];
}

function sourceLines(rule: SourceNat): Line[] {
  const decision = rule.to === undefined ? "masquerade" : `snat ${family(rule.to)} to ${addressWords(rule.to)}`;
  return lines(rule.match, decision, rule);
}
