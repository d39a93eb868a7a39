// SPDX-License-Identifier: GPL-2.0-only
// Rules that choose a routing table. RTPROT_STATIC marks those of the configuration.

import type { RuleConfig } from "../../config/model.js";
import { formatPrefix } from "../../net/address.js";
import { flags } from "../../netlink/message.js";
import type { Request } from "../../netlink/message.js";
import { ownProtocol } from "../../netlink/route.js";
import { addRule, decodeRule, deleteRule, getRules } from "../../netlink/rule.js";
import type { Rule } from "../../netlink/rule.js";
import type { Section, Step } from "../section.js";

interface RuleStep extends Step {
  readonly section: "rules";
  readonly rule: RuleConfig;
}

export const rules: Section<"rules", RuleStep> = {
  name: "rules",

  async read({ netlink }) {
    const found = [...(await netlink.dump(getRules(4), decodeRule)), ...(await netlink.dump(getRules(6), decodeRule))];
    return found.filter(({ owner }) => owner === ownProtocol).map(describeRule);
  },

  plan({ rules: running }, { rules: wanted }) {
    const present = new Set(running.map(describe));
    const kept = new Set(wanted.map(describe));
    return [
      ...wanted.filter((rule) => !present.has(describe(rule))).map(add),
      ...running.filter((rule) => !kept.has(describe(rule))).map(remove),
    ];
  },

  requests: (_, step) => [request(step)],
  carryOut: ({ netlink }, step) => netlink.request(request(step)),
};

const describeRule = ({ family, priority, from, to, iif, oif, mark, action = "lookup", table }: Rule): RuleConfig => ({
  family, priority, from, to, iif, oif, mark,
  action: action as RuleConfig["action"],
  table: action === "lookup" ? table : undefined,
});

/** Not exclusively: to the kernel, a rule that says less is the same as one that is there and says more. */
function request({ phase, rule }: RuleStep): Request {
  if (phase === "rule.delete") return deleteRule({ ...rule, owner: ownProtocol });
  const add = addRule({ ...rule, owner: ownProtocol });
  return { ...add, flags: add.flags & ~flags.exclusive };
}

const add = (rule: RuleConfig): RuleStep => ({ section: "rules", phase: "rule.add", words: `add the ${describe(rule)}`, rule });

const remove = (rule: RuleConfig): RuleStep => ({
  section: "rules", phase: "rule.delete", words: `delete the ${describe(rule)}`, rule, loss: "packets that it matched go another way",
});

function describe({ family, priority, from, to, iif, oif, mark, action, table }: RuleConfig): string {
  const words = [`IPv${family} rule ${priority}:`];
  if (from && from.length > 0) words.push(`from ${formatPrefix(from)}`);
  if (to && to.length > 0) words.push(`to ${formatPrefix(to)}`);
  if (iif !== undefined) words.push(`in by ${iif}`);
  if (oif !== undefined) words.push(`out by ${oif}`);
  if (mark) words.push(`mark ${mark.value}/${mark.mask.toString(16)}`);
  words.push(action === "lookup" ? `table ${table}` : action);
  return words.join(" ");
}
