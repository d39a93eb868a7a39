// SPDX-License-Identifier: GPL-2.0-only
// Which links must be made, made anew and deleted. Pure.

import { isDeepStrictEqual } from "node:util";
import { identityOf, needs } from "../../config/links.js";
import type { LinkKind } from "../../config/links.js";
import type { Config, InterfaceConfig } from "../../config/model.js";
import { changeable } from "./kinds.js";
import type { RunningLink, RunningLinks } from "./state.js";

export interface Fates {
  /** Deleted before anything is made, those on top first: what is made anew, or in the way. */
  readonly early: readonly RunningLink[];
  /** Made, each after what it stands on. */
  readonly made: readonly InterfaceConfig[];
  /** Deleted at the end, those on top first: no longer named. */
  readonly late: readonly RunningLink[];
}

/** Settings in which `is` differs from what is wanted. */
export const differences = (is: LinkKind, wanted: LinkKind): string[] =>
  Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(is[name as keyof LinkKind], value)).map(([name]) => name);

const mustBeReplaced = (is: LinkKind, wanted: LinkKind): boolean =>
  differences(is, wanted).some((name) => !(changeable[wanted.kind] ?? []).includes(name));

/** A bridge that its last member has left has no link-layer address, and takes no VLANs of its own. */
const cannotTakeVlans = (is: RunningLink, wanted: LinkKind, hasMembers: boolean, hadMembers: boolean): boolean =>
  wanted.kind === "bridge" && wanted.vlanFiltering && !hasMembers && (hadMembers || is.mac === "00:00:00:00:00:00");

export function decideFates(running: RunningLinks, { interfaces }: Config): Fates {
  const wanted = new Map(interfaces.map((one) => [one.name, one]));
  const unnamed = [...running.values()].filter(({ name, owned }) => owned && !wanted.has(name));
  const masters = new Set(interfaces.map(({ master }) => master));
  const wereMasters = new Set([...running.values()].map(({ master }) => master));
  const replaced = interfaces.flatMap(({ name, link }) => {
    const is = running.get(name);
    const replace = is && link.kind !== "port" && (mustBeReplaced(is.link, link) || cannotTakeVlans(is, link, masters.has(name), wereMasters.has(name)));
    return replace ? [is] : [];
  });
  const doomed = withDependants([...replaced, ...inTheWay(running, interfaces, unnamed)], running);
  const early = fromTheTop([...doomed]);
  const late = fromTheTop([...withDependants(unnamed, running)].filter((link) => !doomed.has(link)));
  const gone = new Set([...early, ...late].map(({ name }) => name));
  const missing = interfaces.filter(({ name, link }) => link.kind !== "port" && (!running.has(name) || gone.has(name)));
  return { early, late, made: fromTheGround(missing) };
}

/** A link that is made or changed cannot be the same as another that is there. */
function inTheWay(running: RunningLinks, interfaces: readonly InterfaceConfig[], unnamed: readonly RunningLink[]): RunningLink[] {
  const holders = new Map<string, RunningLink>();
  for (const link of running.values()) {
    const identity = identityOf(link.link);
    if (identity !== undefined) holders.set(identity, link);
  }
  const held = interfaces.flatMap(({ name, link }) => {
    const holder = holders.get(identityOf(link) ?? "");
    return holder && holder.name !== name ? [holder, running.get(name)].filter((one) => one !== undefined) : [];
  });
  // Its UDP port may be the one that another is about to take.
  return [...held, ...unnamed.filter(({ link }) => link.kind === "wireguard")];
}

/** And all that stand on them; a pair of veth goes together. */
function withDependants(links: readonly RunningLink[], running: RunningLinks): Set<RunningLink> {
  const found = new Set(links);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    const names = new Set([...found].map(({ name }) => name));
    for (const link of running.values()) {
      const tied = link.link.kind === "veth" ? [link.link.peer] : needs(link.link);
      if (link.link.kind !== "port" && tied.some((name) => names.has(name))) found.add(link);
    }
  }
  return found;
}

/** Those that stand on nothing of the list first. */
function fromTheGround<T extends { readonly name: string; readonly link: LinkKind }>(links: readonly T[]): T[] {
  const byName = new Map(links.map((link) => [link.name, link]));
  const ordered = new Set<T>();
  const add = (one: T): void => {
    byName.delete(one.name);
    for (const below of needs(one.link)) {
      const next = byName.get(below);
      if (next) add(next);
    }
    ordered.add(one);
  };
  for (const link of links) if (byName.has(link.name)) add(link);
  return [...ordered];
}

const fromTheTop = (links: readonly RunningLink[]): RunningLink[] => fromTheGround(links).reverse();

/** Each interface after what it stands on, so that an MTU fits its parent's. */
export const stacked = (interfaces: readonly InterfaceConfig[]): InterfaceConfig[] => fromTheGround(interfaces);

/** `running` when the links in `early` are deleted: a bond leaves its members down. */
export function survivors(running: RunningLinks, early: readonly RunningLink[]): Map<string, RunningLink> {
  const gone = new Set(early.map(({ name }) => name));
  const left = [...running.values()].filter(({ name }) => !gone.has(name)).map((is) => {
    if (is.master === undefined || !gone.has(is.master)) return is;
    return { ...is, master: undefined, vlans: [], up: is.up && !isBond(running, is.master) };
  });
  return new Map(left.map((is) => [is.name, is]));
}

export const isBond = (running: RunningLinks, name: string | undefined): boolean =>
  name !== undefined && running.get(name)?.link.kind === "bond";

/**
 * Links that change their VRF or bond, for which the kernel takes their IPv6
 * addresses, routes and neighbours away; and those that come up, whose IPv6
 * addresses have no routes before the carrier is seen, unless they are given again.
 */
export function shaken(running: RunningLinks, { interfaces }: Config, early: readonly RunningLink[]): Set<string> {
  const gone = new Set(early.map(({ name }) => name));
  const kinds = new Map(interfaces.map(({ name, link }) => [name, link.kind]));
  const shakes = (kind: string | undefined): boolean => kind === "vrf" || kind === "bond";
  const moved = interfaces.filter(({ name, master, up }) => {
    const is = running.get(name);
    const was = is?.master;
    if (is && !is.up && up) return true;
    if (was === master && !gone.has(was ?? "")) return false;
    return shakes(running.get(was ?? "")?.link.kind) || shakes(kinds.get(master ?? ""));
  });
  return new Set(moved.map(({ name }) => name));
}
