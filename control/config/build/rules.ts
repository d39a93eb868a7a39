// SPDX-License-Identifier: GPL-2.0-only

import type { Family, Prefix } from "../../net/address.js";
import type { InterfaceConfig, NeighbourConfig, RuleConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { RuleFile } from "../schema/routes.js";
import type { Path } from "../document.js";
import { buildAddress, buildPrefix } from "./addresses.js";
import type { Refuse } from "./context.js";
import type { Links } from "./names.js";
import { buildTable } from "./tables.js";

const every = 0xffffffff;

export function buildRules({ rules = [] }: ConfigFile, interfaces: readonly InterfaceConfig[], refuse: Refuse): RuleConfig[] {
  const seen = new Set<string>();
  return rules.flatMap((rule, index) => {
    const path = ["rules", index];
    const from = rule.from === undefined ? undefined : buildPrefix(rule.from, [...path, "from"], refuse);
    const to = rule.to === undefined ? undefined : buildPrefix(rule.to, [...path, "to"], refuse);
    const families = familiesOf(rule, from, to, path, refuse);
    const lookup = (rule.action ?? "lookup") === "lookup";
    checkAction(rule, lookup, path, refuse);
    for (const family of families) {
      const key = `${family} ${rule.priority}`;
      if (seen.has(key)) refuse([...path, "priority"], `a second IPv${family} rule of priority ${rule.priority}`, "each has its own");
      seen.add(key);
    }
    const table = lookup ? buildTable(rule, interfaces, path, refuse) : undefined;
    return families.map((family) => ({
      family, from, to, table,
      priority: rule.priority,
      iif: rule.iif,
      oif: rule.oif,
      mark: rule.fwmark === undefined ? undefined : { value: rule.fwmark, mask: rule.fwmask ?? every },
      action: rule.action ?? "lookup",
    }));
  });
}

function familiesOf({ family }: RuleFile, from: Prefix | undefined, to: Prefix | undefined, path: Path, refuse: Refuse): Family[] {
  const said: Family | undefined = family === undefined ? undefined : family === "ipv4" ? 4 : 6;
  const found = new Set([said, from?.address.family, to?.address.family].filter((one) => one !== undefined));
  if (found.size > 1) refuse(path, "the rule is about IPv4 and IPv6 at once", "from, to and family must be of one");
  return found.size === 0 ? [4, 6] : [[...found][0]!];
}

function checkAction(rule: RuleFile, lookup: boolean, path: Path, refuse: Refuse): void {
  const hasTable = rule.table !== undefined || rule.vrf !== undefined;
  if (lookup && !hasTable) refuse(path, "the rule leads to no table", "give it table, vrf, or another action");
  if (!lookup && hasTable) refuse(path, `a ${rule.action} rule asks no table`, "leave table and vrf out");
  if (rule.fwmask !== undefined && rule.fwmark === undefined) refuse([...path, "fwmask"], "fwmask without fwmark");
}

export function buildNeighbours({ neighbours = [] }: ConfigFile, links: Links, refuse: Refuse): NeighbourConfig[] {
  const seen = new Set<string>();
  return neighbours.flatMap(({ address: text, interface: name, mac, proxy = false }, index) => {
    const path = ["neighbours", index];
    const address = buildAddress(text, [...path, "address"], refuse);
    if (!address || !links.known([...path, "interface"], name)) return [];
    if ((mac === undefined) === !proxy) {
      refuse(path, `the neighbour ${text} has neither or both of mac and proxy`, "mac says who it is, proxy: true answers for it");
    }
    const key = `${address.text} ${name} ${proxy}`;
    if (seen.has(key)) refuse(path, `the neighbour ${text} on ${name} a second time`);
    seen.add(key);
    return [{ address, interface: name, mac: mac?.toLowerCase() }];
  });
}
