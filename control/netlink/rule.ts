// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: rules that choose a routing table.

import { formatPrefix } from "../net/address.js";
import type { Family, Prefix } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { fibRuleFlags, fibRuleHdr, frAct, operations, ruleAttrs } from "./gen/rt_rule.js";
import type { FibRulePortRange, RuleAttrs } from "./gen/rt_rule.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

const actions = {
  lookup: frAct.toTbl, blackhole: frAct.blackhole, unreachable: frAct.unreachable, prohibit: frAct.prohibit, goto: frAct.goto, nop: frAct.nop,
} as const;

export type RuleAction = keyof typeof actions;

export interface Rule {
  readonly family: Family;
  /** Rules of lower numbers are asked first. */
  readonly priority: number;
  readonly from?: Prefix | undefined;
  readonly to?: Prefix | undefined;
  readonly iif?: string | undefined;
  readonly oif?: string | undefined;
  readonly mark?: { readonly value: number; readonly mask: number } | undefined;
  readonly tos?: number | undefined;
  readonly protocol?: number | undefined;
  readonly sourcePorts?: FibRulePortRange | undefined;
  readonly destinationPorts?: FibRulePortRange | undefined;
  /** Whatever matches not. */
  readonly not?: boolean | undefined;
  readonly action?: RuleAction | undefined;
  readonly table?: number | undefined;
  /** Priority of the rule that a goto goes on with. */
  readonly target?: number | undefined;
  /** Routes in the table that are no longer than this do not count. */
  readonly suppressPrefixLength?: number | undefined;
  /** The table is that of the packet's VRF. */
  readonly vrf?: boolean | undefined;
  /** Who made it: RTPROT_*. */
  readonly owner?: number | undefined;
}

export const getRules = (family: Family): Request =>
  listing(operations.getrule, { family: familyNumber(family) }, {}, `list IPv${family} rules`);

export function decodeRule(message: Message): Rule | undefined {
  if (message.type !== operations.getrule.reply) return undefined;
  const header = readHeader(message, fibRuleHdr);
  const family = addressFamily(header.family);
  if (!family) return undefined;
  const values = readAttributes(message, fibRuleHdr, ruleAttrs);
  const none = 0xffffffff;
  const prefix = (bytes: Uint8Array | undefined, length: number): Prefix | undefined =>
    bytes && { address: readAddress(bytes), length };
  return {
    family,
    priority: values.priority ?? 0,
    from: prefix(values.src, header.srcLen),
    to: prefix(values.dst, header.dstLen),
    iif: values.iifname,
    oif: values.oifname,
    mark: values.fwmark === undefined ? undefined : { value: values.fwmark, mask: values.fwmask ?? none },
    tos: header.tos || undefined,
    protocol: values.ipProto,
    sourcePorts: values.sportRange as FibRulePortRange | undefined,
    destinationPorts: values.dportRange as FibRulePortRange | undefined,
    not: (header.flags & fibRuleFlags.invert) !== 0 || undefined,
    action: (Object.keys(actions) as RuleAction[]).find((name) => actions[name] === header.action),
    table: (values.table ?? header.table) || undefined,
    target: values.goto,
    suppressPrefixLength: values.suppressPrefixlen === none ? undefined : values.suppressPrefixlen,
    vrf: values.l3mdev === 1 || undefined,
    owner: values.protocol,
  };
}

function header({ family, from, to, table = 0, tos = 0, not, action = "lookup" }: Rule) {
  return {
    family: familyNumber(family),
    dstLen: to?.length ?? 0,
    srcLen: from?.length ?? 0,
    tos,
    table: table < 256 ? table : 0,
    action: actions[action],
    flags: not ? fibRuleFlags.invert : 0,
  };
}

function values(rule: Rule): RuleAttrs {
  const { from, to, mark, table = 0 } = rule;
  return {
    priority: rule.priority,
    src: from && from.length > 0 ? from.address.bytes : undefined,
    dst: to && to.length > 0 ? to.address.bytes : undefined,
    fwmark: mark?.value,
    fwmask: mark?.mask,
    iifname: rule.iif,
    oifname: rule.oif,
    ipProto: rule.protocol,
    sportRange: rule.sourcePorts,
    dportRange: rule.destinationPorts,
    suppressPrefixlen: rule.suppressPrefixLength,
    goto: rule.target,
    l3mdev: rule.vrf ? 1 : undefined,
    protocol: rule.owner,
    table: table < 256 ? undefined : table,
  };
}

export function describeRule({ priority, from, to, table }: Rule): string {
  const words = [from && `from ${formatPrefix(from)}`, to && `to ${formatPrefix(to)}`, table !== undefined && `table ${table}`];
  return [`rule ${priority}`, ...words.filter(Boolean)].join(" ");
}

export const addRule = (rule: Rule): Request =>
  changing(operations.newrule, flags.create | flags.exclusive, header(rule), values(rule), `add ${describeRule(rule)}`);

/** The kernel need not compare the action that nearly all rules have. */
const anyAction = ({ action = "lookup" }: Rule) => (action === "lookup" ? { action: frAct.unspec } : {});

export const deleteRule = (rule: Rule): Request =>
  changing(operations.delrule, 0, { ...header(rule), ...anyAction(rule) }, values(rule), `delete ${describeRule(rule)}`);
