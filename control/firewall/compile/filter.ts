// SPDX-License-Identifier: GPL-2.0-only
// Chains that filter.

import type { Action, Chain, Hook, Match, Model, PortForward, Rule } from "../model.js";
import type { Block, Line } from "./lines.js";
import { commentWords, translated, variants } from "./match.js";
import type { Variant } from "./match.js";

/** Without these a network with IPv6 stops, whatever the policy is. */
const neighbourDiscovery = [
  "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
  "icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } ip6 hoplimit 1 accept",
];

export const flowtableName = "fast";

export function filterChains(model: Model): Block[] {
  const { chains, flowtable } = model;
  const blocks = chains.map((chain) => filterChain(chain, model));
  if (!flowtable || chains.some(({ hook }) => hook === "forward")) return blocks;
  const { place } = flowtable;
  return [...blocks, baseChain("forward", "accept", [{ text: flowAdd, place }])];
}

const flowAdd = `meta l4proto { tcp, udp } ct state established flow add @${flowtableName}`;

const baseChain = (hook: Hook, policy: "accept" | "drop", rules: readonly Line[]): Block => ({
  kind: "chain", name: hook, elements: [], rules,
  head: [`type filter hook ${hook} priority filter; policy ${policy};`],
});

function filterChain({ hook, place, policy, rules }: Chain, model: Model): Block {
  const always = [...preamble(hook, model)].map((text) => ({ text, place }));
  const forwards = hook === "forward" ? model.forwards.flatMap(letForwardsThrough) : [];
  const rest = policy === "reject" ? [{ text: "reject", place }] : [];
  const base = baseChain(hook, policy === "accept" ? "accept" : "drop", [...always, ...forwards, ...rules.flatMap(ruleLines), ...rest]);
  return { ...base, place };
}

/** What holds before any rule. */
function* preamble(hook: Hook, { flowtable, dropInvalid }: Model): Generator<string> {
  if (hook === "input") yield `iifname "lo" accept`;
  if (hook === "output") yield `oifname "lo" accept`;
  if (hook === "forward" && flowtable) yield flowAdd;
  if (hook !== "forward") yield* neighbourDiscovery;
  yield "ct state established,related accept";
  if (dropInvalid && hook !== "output") yield "ct state invalid drop";
}

/** A forwarded port is open. */
function letForwardsThrough(rule: PortForward): Line[] {
  const { match: { source }, place, comment } = rule;
  return variants({ ...translated(rule), source }).map(({ words }) => ({ text: [...words, "accept", ...commentWords(comment)].join(" "), place }));
}

function ruleLines(rule: Rule): Line[] {
  const { match, place, limit, counter, comment } = rule;
  const limited = limit === undefined ? [] : [`limit rate ${limit}`];
  return variants(match).flatMap((variant) => {
    const decision = [
      ...variant.words, ...limited,
      ...(counter === undefined ? [] : [`counter name "${counter}"`]),
      ...learnWords(rule),
      actionWords(rule.action, match, variant),
      ...commentWords(comment),
    ];
    return [...logLines(rule, variant), decision.join(" ")].map((text) => ({ text, place }));
  });
}

/** A rule of its own: its limit must not keep the packet from its fate. */
function logLines({ log }: Rule, { words }: Variant): string[] {
  if (!log) return [];
  const prefix = log.prefix === undefined ? [] : [`prefix "${log.prefix}"`];
  const level = log.level === undefined ? [] : [`level ${log.level}`];
  return [[...words, `limit rate ${log.limit}`, "log", ...prefix, ...level].join(" ")];
}

function learnWords({ learn }: Rule): string[] {
  if (!learn) return [];
  return [`update @${learn.set} { ${learn.family === 4 ? "ip" : "ip6"} saddr }`];
}

/** A TCP connection is best refused in TCP's own words. */
function actionWords(action: Action, { protocols }: Match, { family }: Variant): string {
  if (action !== "reject") return action;
  if (protocols?.length === 1 && protocols[0] === "tcp") return "reject with tcp reset";
  if (family === undefined) return "reject";
  return `reject with ${family === 4 ? "icmp" : "icmpv6"} port-unreachable`;
}
