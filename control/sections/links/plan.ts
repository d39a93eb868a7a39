// SPDX-License-Identifier: GPL-2.0-only
// Steps from the links that are to those that are wanted. Pure.

import type { LinkKind } from "../../config/links.js";
import type { Config, InterfaceConfig } from "../../config/model.js";
import { decideFates, differences, isBond, stacked, survivors } from "./fates.js";
import type { RunningLink, RunningLinks } from "./state.js";
import type { LinkStep, VlanRange } from "./step.js";
import { describeRanges, vlanChanges } from "./vlans.js";

type Planned = LinkStep extends infer S ? (S extends LinkStep ? Omit<S, "section"> : never) : never;

const links = (steps: readonly Planned[]): LinkStep[] => steps.map((step) => ({ section: "links", ...step }) as LinkStep);

export function planLinks(running: RunningLinks, config: Config): LinkStep[] {
  const { early, made, late } = decideFates(running, config);
  const anew = new Set(made.map(({ name }) => name));
  const left = survivors(running, early);
  const kinds = new Map(withLoopback(config.interfaces).map(({ name, link }) => [name, link]));
  const kept = stacked(withLoopback(config.interfaces)).flatMap((wanted) => {
    const is = left.get(wanted.name);
    const down = is?.master !== wanted.master && isBond(left, is?.master);
    return is || wanted.link.kind !== "port" ? [{ is: is && down ? { ...is, up: false } : is, wanted }] : [];
  });
  return links([
    ...pairless(early).map((is) => remove(is, "link.replace", anew)),
    ...pairlessMade(made).map(create),
    ...kept.flatMap(({ is, wanted }) => changesOfOne(is, wanted, kinds)),
    ...kept.flatMap(({ is, wanted }) => changesAmongAll(is, wanted, kinds)),
    ...pairless(late).map((is) => remove(is, "link.delete", anew)),
  ]);
}

/** The loopback interface is up without being asked. */
function withLoopback(interfaces: readonly InterfaceConfig[]): readonly InterfaceConfig[] {
  if (interfaces.some(({ name }) => name === "lo")) return interfaces;
  const lo = { name: "lo", up: true, mtu: undefined, mac: undefined, description: "", addresses: [], link: { kind: "port" }, master: undefined, vlans: [] } as const;
  return [...interfaces, lo];
}

/** The second end of a pair goes with the first. */
function pairless(list: readonly RunningLink[]): RunningLink[] {
  const seen = new Set<string>();
  return list.filter(({ name, link }) => {
    seen.add(name);
    return link.kind !== "veth" || !seen.has(link.peer) || link.peer === name;
  });
}

function pairlessMade(list: readonly InterfaceConfig[]): InterfaceConfig[] {
  const seen = new Set<string>();
  return list.filter(({ name, link }) => {
    seen.add(name);
    return link.kind !== "veth" || !seen.has(link.peer);
  });
}

function remove({ name, link }: RunningLink, phase: "link.replace" | "link.delete", anew: ReadonlySet<string>): Planned {
  const words = `delete the ${link.kind} ${name}${anew.has(name) ? ", to make it anew" : ""}`;
  return { phase, words, loss: `${name} forwards nothing ${anew.has(name) ? "until it is there again" : "more"}`, kind: "delete", link: name };
}

function create({ name, link }: InterfaceConfig): Planned {
  const pair = link.kind === "veth" ? { pair: link.peer } : {};
  return { phase: "link.create", words: `create ${describeKind(name, link)}`, kind: "create", link: name, to: link, ...pair };
}

function describeKind(name: string, link: LinkKind): string {
  switch (link.kind) {
    case "vlan":
      return `${name}, VLAN ${link.id} of ${link.parent}`;
    case "vrf":
      return `the VRF ${name} with table ${link.table}`;
    case "veth":
      return `the veth ${name} with ${link.peer}`;
    case "macvlan":
      return `${name}, a macvlan of ${link.parent}`;
    default:
      return `the ${link.kind} ${name}`;
  }
}

/** `is` is undefined for a link that has just been made. */
function changesOfOne(is: RunningLink | undefined, wanted: InterfaceConfig, kinds: ReadonlyMap<string, LinkKind>): Planned[] {
  return [
    ...planOwner(is, wanted),
    ...planMtu(is, wanted),
    ...planMac(is, wanted),
    ...planMaster(is, wanted, kinds),
  ];
}

/** What needs every link to be in its bridge or bond. */
function changesAmongAll(is: RunningLink | undefined, wanted: InterfaceConfig, kinds: ReadonlyMap<string, LinkKind>): Planned[] {
  return [
    ...planSettings(is, wanted),
    ...planDescription(is, wanted),
    ...planVlans(is, wanted, kinds),
    ...planUp(is, wanted),
  ];
}

function planOwner(is: RunningLink | undefined, { name, link }: InterfaceConfig): Planned[] {
  if (!is || is.owned || link.kind === "port") return [];
  return [{ phase: "link.change", words: `take over ${name}, which somebody else made`, kind: "own", link: name }];
}

function planMtu(is: RunningLink | undefined, { name, mtu }: InterfaceConfig): Planned[] {
  const wanted = mtu ?? is?.original.mtu;
  if (wanted === undefined || wanted === is?.mtu) return [];
  const words = `set the MTU of ${name} to ${wanted}${is ? ` (was ${is.mtu})` : ""}`;
  return [{ phase: "link.change", words, kind: "mtu", link: name, mtu: wanted, was: is?.mtu, restored: mtu === undefined }];
}

function planMac(is: RunningLink | undefined, { name, mac }: InterfaceConfig): Planned[] {
  const wanted = mac ?? is?.original.mac;
  if (wanted === undefined || wanted === is?.mac) return [];
  const words = `set the link-layer address of ${name} to ${wanted}${is?.mac === undefined ? "" : ` (was ${is.mac})`}`;
  const loss = is?.up ? `neighbours of ${name} must learn its new address` : undefined;
  return [{ phase: "link.change", words, loss, kind: "mac", link: name, mac: wanted, was: is?.mac, restored: mac === undefined }];
}

function planMaster(is: RunningLink | undefined, { name, master }: InterfaceConfig, kinds: ReadonlyMap<string, LinkKind>): Planned[] {
  if (is?.master === master) return [];
  const words = master === undefined ? `take ${name} out of ${is?.master}` : `put ${name} into ${master}`;
  const loss = is?.up ? `${name} forwards nothing until its addresses and routes are there again` : undefined;
  const enslaved = master !== undefined && kinds.get(master)?.kind === "bond";
  return [{ phase: "link.change", words, loss, kind: "master", link: name, master, enslaved }];
}

/** A bond's primary member is set once it is a member. */
function planSettings(is: RunningLink | undefined, { name, link }: InterfaceConfig): Planned[] {
  if (link.kind === "port" || link.kind === "wireguard") return [];
  const changed = is ? differences(is.link, link) : link.kind === "bond" && link.primary !== undefined ? ["primary"] : [];
  if (changed.length === 0) return [];
  return [{ phase: "link.change", words: `change ${changed.join(", ")} of ${name}`, kind: "settings", link: name, to: link }];
}

function planDescription(is: RunningLink | undefined, { name, description }: InterfaceConfig): Planned[] {
  if ((is?.description ?? "") === description) return [];
  const words = description === "" ? `remove the description of ${name}` : `describe ${name} as ${JSON.stringify(description)}`;
  return [{ phase: "link.change", words, kind: "description", link: name, text: description }];
}

const isFiltering = (link: LinkKind | undefined): boolean => link?.kind === "bridge" && link.vlanFiltering;

/** Out of a bridge, the kernel has forgotten them. */
function planVlans(is: RunningLink | undefined, { name, master, link, vlans }: InterfaceConfig, kinds: ReadonlyMap<string, LinkKind>): Planned[] {
  const self = isFiltering(link);
  if (!self && !(master !== undefined && isFiltering(kinds.get(master)))) return [];
  const running = self || is?.master === master ? (is?.vlans ?? []) : [];
  const { added, removed } = vlanChanges(running, vlans);
  const step = (words: string, add: boolean, ranges: readonly VlanRange[]): Planned[] =>
    ranges.length === 0 ? [] : [{ phase: "link.change", words: `${words}: ${describeRanges(ranges)}`, kind: "vlan", link: name, add, ranges, self }];
  return [...step(`add VLANs to ${name}`, true, added), ...step(`remove VLANs from ${name}`, false, removed)];
}

function planUp(is: RunningLink | undefined, { name, up }: InterfaceConfig): Planned[] {
  if (up === (is?.up ?? false)) return [];
  const loss = up ? undefined : `${name} forwards nothing more`;
  return [{ phase: up ? "link.up" : "link.down", words: `set ${name} ${up ? "up" : "down"}`, loss, kind: "up", link: name, up }];
}
