// SPDX-License-Identifier: GPL-2.0-only
// All that an interface wants of traffic control, as a list of objects, and
// whether one that runs is what is wanted.

import { ifbOf } from "../../config/build/qos.js";
import type { QosConfig } from "../../config/build/qos.js";
import { htbClass } from "../../netlink/rate.js";
import { handle, ingressFilters, ingressParent, root } from "../../netlink/tc.js";
import type { FilterPlace, Kind, TrafficObject, Where } from "../../netlink/tc.js";
import { classMinor, ethernetProtocol, matchFilters, policeOptions, qdiscOptions, redirectOptions } from "./options.js";

interface Wanted<P extends Where> {
  readonly where: P;
  readonly kind: Kind;
  /** What the kernel shows of the options, where that differs from what it is told. */
  readonly shown?: object | undefined;
  readonly words: string;
  /** Of a filter: the interface that packets go on to, whose index is known when it is there. */
  readonly redirect?: string | undefined;
}

export interface WantedQos {
  readonly qdiscs: readonly Wanted<Where>[];
  readonly classes: readonly Wanted<Where>[];
  readonly filters: readonly Wanted<FilterPlace>[];
}

export type WantedObject = Wanted<Where>;
export type WantedFilter = Wanted<FilterPlace>;

export const rootHandle = handle("1:");
const trunk = handle("1:1");

/** What each interface wants; one that shapes what comes wants another one for it. */
export function wantedTraffic(settings: readonly QosConfig[], indexOf: (link: string) => number): Map<string, WantedQos> {
  return new Map(settings.flatMap((one) => {
    const ifb = ifbOf(one.interface);
    const own = [one.interface, wantedObjects(one, indexOf)] as const;
    return one.shape ? [own, [ifb, wantedObjects({ interface: ifb, egress: one.shape, police: undefined, shape: undefined }, indexOf)] as const] : [own];
  }));
}

function wantedObjects({ interface: name, egress, police, shape }: QosConfig, indexOf: (link: string) => number): WantedQos {
  const qdiscs: WantedObject[] = [];
  const classes: WantedObject[] = [];
  const filters: WantedFilter[] = [];
  if (egress) qdiscs.push({ where: { parent: root, handle: rootHandle }, ...qdiscOptions(egress), words: egress.kind });
  if (egress?.kind === "htb") {
    classes.push({ where: { parent: rootHandle, handle: trunk }, kind: { kind: "htb", options: htbClass({ rate: egress.rate }) }, words: "the class of all" });
    let priority = 1;
    for (const [index, one] of egress.classes.entries()) {
      const id = (rootHandle | classMinor(index)) >>> 0;
      const { name, rate, ceil = egress.rate, burst, priority: rank } = one;
      classes.push({
        where: { parent: trunk, handle: id }, words: `class ${name}`,
        kind: { kind: "htb", options: htbClass({ rate, ceil, burst, ceilBurst: burst, priority: rank }) },
      });
      qdiscs.push({
        where: { parent: id, handle: (classMinor(index) << 16) >>> 0 }, words: `fq_codel of class ${name}`,
        ...qdiscOptions({ kind: "fq_codel", limit: undefined, target: undefined, interval: undefined, ecn: true }),
      });
      for (const { kind, protocol, handle: mark } of one.match.flatMap((match) => matchFilters(match, id))) {
        filters.push({ where: { parent: rootHandle, priority: priority++, protocol, handle: mark }, kind, words: `a filter for class ${name}` });
      }
    }
  }
  if (police || shape) qdiscs.push({ where: { parent: ingressParent, handle: handle("ffff:") }, kind: { kind: "clsact" }, words: "clsact" });
  if (shape) {
    const redirect = ifbOf(name);
    filters.push({
      where: { parent: ingressFilters, priority: 1, protocol: ethernetProtocol.all }, redirect, words: `the way over ${redirect}`,
      ...redirectOptions({ index: indexOf(redirect), name: redirect }),
    });
  }
  if (police) {
    filters.push({ where: { parent: ingressFilters, priority: 1, protocol: ethernetProtocol.all }, ...policeOptions(police.rate, police.burst), words: "the police of what comes" });
  }
  return { qdiscs, classes, filters };
}

/** Set for old kernels only, or left to the kernel when zero. */
const passedOver = (name: string, value: unknown): boolean => value === undefined || name === "cellAlign" || name === "version" || (name === "quantum" && value === 0);

/** Does `is` have everything that `wanted` says? The kernel shows more than it was told. */
export function covers(is: unknown, wanted: unknown): boolean {
  if (wanted instanceof Uint8Array) return is instanceof Uint8Array && Buffer.compare(is, wanted) === 0;
  if (typeof wanted !== "object" || wanted === null) return is === wanted;
  if (typeof is !== "object" || is === null) return Object.values(wanted).every((value) => value === undefined);
  const found = is as Record<string, unknown>;
  return Object.entries(wanted).every(([name, value]) => passedOver(name, value) || covers(found[name], value));
}

export const isAsWanted = (is: TrafficObject, { kind, shown }: WantedObject): boolean =>
  is.kind === kind.kind && covers(is.options ?? {}, shown ?? kind.options ?? {});
