// SPDX-License-Identifier: GPL-2.0-only
// From `firewall:` of a file that has the right shape to what it means.

import { closest } from "../../config/closest.js";
import type { Path } from "../../config/document.js";
import type { Chain, Hook, Log, Match, Model, Rule } from "../model.js";
import type { FileChain, FileRule, Firewall } from "../schema/firewall.js";
import type { Context } from "./context.js";
import { checkMatch } from "./match.js";
import { checkSet } from "./sets.js";
import { checkInterface } from "./terms.js";

const defaultLogLimit = "10/second";
const defaultPolicy = { input: "drop", forward: "drop", output: "accept" } as const;
const hooks: readonly Hook[] = ["input", "forward", "output"];

type FilterModel = Pick<Model, "sets" | "chains" | "dropInvalid" | "flowtable">;

export function checkFirewall(firewall: Firewall, context: Context, ports: readonly string[]): FilterModel {
  const { sets = {}, invalid = "drop", zones = {} } = firewall;
  for (const [zone, interfaces] of Object.entries(zones)) checkZone(zone, interfaces, context);
  return {
    sets: Object.entries(sets).map(([name, set]) => checkSet(name, set, ["firewall", "sets", name], context)),
    chains: hooks.flatMap((hook) => (firewall[hook] ? [checkChain(hook, firewall[hook], context)] : [])),
    dropInvalid: invalid === "drop",
    flowtable: checkFlowtable(firewall.flowtable, context, ports),
  };
}

function checkZone(zone: string, interfaces: readonly string[], context: Context): void {
  const path = ["firewall", "zones", zone];
  if (context.interfaces.has(zone)) context.refuse(path, `${zone} is an interface already`, "give the zone another name");
  interfaces.forEach((name, index) => checkInterface(name, [...path, index], context));
}

function checkChain(hook: Hook, { policy = defaultPolicy[hook], rules = [] }: FileChain, context: Context): Chain {
  const path = ["firewall", hook];
  return {
    hook, policy, place: context.place(path),
    rules: rules.map((rule, index) => checkRule(rule, hook, [...path, "rules", index], context)),
  };
}

function checkRule(file: FileRule, hook: Hook, path: Path, context: Context): Rule {
  if (hook === "input" && file.out !== undefined) context.refuse([...path, "out"], "what comes to the router itself leaves by no interface");
  if (hook === "output" && file.in !== undefined) context.refuse([...path, "in"], "what the router itself sends came in by no interface");
  const match = checkMatch(file, path, context);
  return {
    place: context.place(path),
    match,
    limit: file.limit,
    log: checkLog(file.log),
    counter: file.counter,
    learn: checkLearn(file.learn, match, path, context),
    action: file.action,
    comment: file.comment,
  };
}

function checkLog(log: FileRule["log"]): Log | undefined {
  if (log === undefined) return undefined;
  const { prefix = undefined, level = undefined, limit = defaultLogLimit } = log === true ? {} : log;
  return { prefix, level, limit };
}

function checkLearn(name: string | undefined, { families }: Match, path: Path, { refuse, sets }: Context): Rule["learn"] {
  if (name === undefined) return undefined;
  const set = sets.get(name);
  if (set && set.dynamic === true && set.type !== "port") {
    const family = set.type === "ipv4" ? 4 : 6;
    if (families.some((other) => other !== family)) refuse([...path, "learn"], `the set ${name} learns ${set.type} addresses only`, `add family: ${set.type}`);
    return { set: name, family };
  }
  const near = closest(name, [...sets.keys()]);
  const hint = near === undefined || near === name ? "a set with dynamic: true and type ipv4 or ipv6 is needed" : `did you mean ${near}?`;
  return refuse([...path, "learn"], set ? `the set ${name} cannot learn addresses` : `there is no set ${name}`, hint);
}

function checkFlowtable(value: Firewall["flowtable"], context: Context, ports: readonly string[]): Model["flowtable"] {
  if (value === undefined || value === false) return undefined;
  const path = ["firewall", "flowtable"];
  const devices = value === true ? ports : value;
  devices.forEach((name, index) => {
    if (name.includes('"')) context.refuse(path, `${name} cannot be in a flowtable`, "nft has no way to write its name");
    if (!context.interfaces.has(name)) context.refuse([...path, index], `there is no interface ${name}`, `known: ${[...context.interfaces].join(", ")}`);
  });
  return { place: context.place(path), devices: devices.toSorted() };
}
