// SPDX-License-Identifier: GPL-2.0-only
// Rules that translate addresses, out of the firewall's text as nft lists it: a
// table, its chains, a rule a line.

import type { NatRule } from "../api/schema/tables.js";

/** The rules of the chains of type nat. */
export function natRules(text: string): NatRule[] {
  const rules: NatRule[] = [];
  let table: { readonly family: string; readonly table: string } | undefined;
  let chain = "";
  let hook: string | undefined;
  for (const line of text.split("\n").map((one) => one.trim())) {
    const [, family, name] = /^table (\S+) (\S+) \{/.exec(line) ?? [];
    const [, chainName] = /^chain (\S+) \{/.exec(line) ?? [];
    if (family !== undefined && name !== undefined) table = { family, table: name };
    else if (chainName !== undefined) [chain, hook] = [chainName, undefined];
    else if (/^type \w+ hook /.test(line)) hook = /^type nat hook (\S+)/.exec(line)?.[1];
    else if (line === "}") hook = undefined;
    else if (line !== "" && hook !== undefined && table) rules.push({ ...table, chain, hook, ...readRule(line) });
  }
  return rules;
}

function readRule(line: string): Pick<NatRule, "rule" | "packets" | "bytes" | "handle"> {
  const [, rule = line, handle] = /^(.*?)(?: # handle (\d+))?$/.exec(line) ?? [];
  const [, packets, bytes] = /\bcounter packets (\d+) bytes (\d+)/.exec(rule) ?? [];
  return {
    rule: rule.replace(/ ?\bcounter packets \d+ bytes \d+/, ""),
    ...(packets !== undefined && { packets: Number(packets), bytes: Number(bytes) }),
    ...(handle !== undefined && { handle: Number(handle) }),
  };
}
