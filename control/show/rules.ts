// SPDX-License-Identifier: GPL-2.0-only

import type { Rule } from "../api/schema/tables.js";
import { formatPrefix } from "../net/address.js";
import { decodeRule, getRules } from "../netlink/rule.js";
import type { Rule as KernelRule } from "../netlink/rule.js";
import type { NetlinkSocket } from "../netlink/socket.js";

const allBits = 0xffffffff;
const hex = (value: number): string => `0x${value.toString(16)}`;

export async function readRules(socket: NetlinkSocket): Promise<Rule[]> {
  return [...(await socket.dump(getRules(4), decodeRule)), ...(await socket.dump(getRules(6), decodeRule))].map(showRule);
}

export function showRule({ family, priority, from, to, iif, oif, mark, not, action = "nop", table, target, vrf }: KernelRule): Rule {
  const goes = action === "goto" ? `goto ${target ?? 0}` : vrf ? "lookup the VRF's" : action;
  return {
    family: `IPv${family}`,
    priority,
    action: not ? `unless it matches, ${goes}` : goes,
    ...(from && { from: formatPrefix(from) }),
    ...(to && { to: formatPrefix(to) }),
    ...(iif !== undefined && { incoming: iif }),
    ...(oif !== undefined && { outgoing: oif }),
    ...(mark && { mark: mark.mask === allBits ? hex(mark.value) : `${hex(mark.value)}/${hex(mark.mask)}` }),
    ...(table !== undefined && action === "lookup" && !vrf && { table }),
  };
}
