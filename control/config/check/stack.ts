// SPDX-License-Identifier: GPL-2.0-only
// What stands on what: parents, members, and no circles.

import { closest } from "../closest.js";
import type { Refuse } from "../build/context.js";
import { carriesFrames, needs } from "../links.js";
import type { Config, InterfaceConfig } from "../model.js";

export function checkStack({ ports, interfaces }: Config, refuse: Refuse): void {
  const byName = new Map(interfaces.map((one) => [one.name, one]));
  const below = standsOn(interfaces);
  const known = new Set([...ports.map(({ name }) => name), ...byName.keys()]);
  for (const one of interfaces) {
    for (const parent of needs(one.link)) {
      if (!known.has(parent)) refuse(["interfaces", one.name, "parent"], `there is no interface ${parent}`, hint(parent, known));
    }
    checkMtu(one, byName, refuse);
    checkParent(one, byName, refuse);
    checkMember(one, byName, refuse);
    checkCircle(one.name, below, refuse);
  }
}

const hint = (name: string, known: ReadonlySet<string>): string => {
  const near = closest(name, [...known]);
  return near === undefined ? `interfaces: ${[...known].join(", ")}` : `did you mean ${near}?`;
};

const leastForIpv6 = 1280;

/** The kernel would cut it silently. */
function checkMtu({ name, mtu, link, addresses }: InterfaceConfig, byName: ReadonlyMap<string, InterfaceConfig>, refuse: Refuse): void {
  if (mtu !== undefined && mtu < leastForIpv6 && addresses.some(({ address }) => address.family === 6)) {
    refuse(["interfaces", name, "mtu"], `IPv6 needs an MTU of ${leastForIpv6}, and ${name} has IPv6 addresses`, `${leastForIpv6} or more`);
  }
  if (mtu === undefined || (link.kind !== "vlan" && link.kind !== "macvlan")) return;
  const parent = byName.get(link.parent)?.mtu;
  if (parent === undefined || mtu <= parent) return;
  refuse(["interfaces", name, "mtu"], `${name} has an MTU of ${mtu}, its parent ${link.parent} one of ${parent}`, `at most ${parent}`);
}

function checkParent({ name, up, link }: InterfaceConfig, byName: ReadonlyMap<string, InterfaceConfig>, refuse: Refuse): void {
  if (link.kind !== "vlan" && link.kind !== "macvlan") return;
  const path = ["interfaces", name, "parent"];
  const parent = byName.get(link.parent);
  if (link.parent === "lo" || (parent && !carriesFrames(parent.link))) {
    refuse(path, `${link.parent} carries no Ethernet frames, so there is no ${link.kind} of it`);
  }
  if (up && parent?.up === false) refuse(path, `${link.parent} is not up, so ${name} cannot be`, `up: false for ${name} as well`);
  if (link.kind !== "macvlan" || !parent) return;
  if (parent.link.kind === "macvlan") refuse(path, `${link.parent} is a macvlan itself`, `the parent is ${parent.link.parent}`);
  const master = parent.master === undefined ? undefined : byName.get(parent.master)?.link.kind;
  if (master === "bridge" || master === "bond") {
    refuse(path, `${link.parent} is in the ${master} ${parent.master}, which takes all its frames`, `${parent.master} can be the parent`);
  }
}

/** What a bridge or a bond takes in. */
function checkMember({ name, link, master, mac, mtu }: InterfaceConfig, byName: ReadonlyMap<string, InterfaceConfig>, refuse: Refuse): void {
  const kind = master === undefined ? undefined : byName.get(master)?.link.kind;
  if (kind !== "bridge" && kind !== "bond") return;
  const path = ["interfaces", name];
  if (name === "lo" || !carriesFrames(link) || link.kind === kind) {
    refuse(path, `${name} cannot be in the ${kind} ${master}`, `members of a ${kind} carry Ethernet frames and are no ${kind} themselves`);
  }
  if (kind === "bond" && mac !== undefined) refuse([...path, "mac"], `${name} has the address of the bond ${master}`, `give it to ${master}`);
  if (kind === "bond" && mtu !== undefined) refuse([...path, "mtu"], `${name} has the MTU of the bond ${master}`, `give it to ${master}`);
}

/** Each link stands on its parent, a bridge or bond on its members too; a VRF not on what is in it. */
function standsOn(interfaces: readonly InterfaceConfig[]): Map<string, string[]> {
  const below = new Map(interfaces.map(({ name, link }) => [name, needs(link)]));
  const vrfs = new Set(interfaces.filter(({ link }) => link.kind === "vrf").map(({ name }) => name));
  for (const { name, master } of interfaces) {
    if (master !== undefined && !vrfs.has(master)) below.get(master)?.push(name);
  }
  return below;
}

function checkCircle(name: string, below: ReadonlyMap<string, readonly string[]>, refuse: Refuse): void {
  const way = [name];
  const seen = new Set<string>();
  const returns = (at: string): boolean => {
    if (seen.has(at)) return false;
    seen.add(at);
    return (below.get(at) ?? []).some((next) => {
      way.push(next);
      if (next === name || returns(next)) return true;
      way.pop();
      return false;
    });
  };
  if (returns(name)) refuse(["interfaces", name], `${name} stands on itself: ${way.join(", on ")}`);
}
