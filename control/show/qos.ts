// SPDX-License-Identifier: GPL-2.0-only
// Queueing disciplines, classes and filters of all interfaces.

import type { Queue } from "../api/schema/tables.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import {
  decodeClass, decodeFilter, decodeQdisc, egressFilters, formatHandle, getClasses, getFilters, getQdiscs, ingressFilters,
  ingressParent, root,
} from "../netlink/tc.js";
import type { TrafficObject } from "../netlink/tc.js";
import { interfaceNames } from "./interfaces.js";

const places: Readonly<Record<number, string>> = {
  0: "", [root]: "root", [ingressParent]: "ingress", [ingressFilters]: "ingress", [egressFilters]: "egress",
};

/** Every interface has these without anybody asking for them, and they count nothing. */
const silent = new Set(["noqueue"]);

export async function readQueues(socket: NetlinkSocket): Promise<Queue[]> {
  const names = await interfaceNames(socket);
  const qdiscs = (await socket.dump(getQdiscs(), decodeQdisc)).filter(({ kind }) => !silent.has(kind));
  const found = qdiscs.map((qdisc) => showQueue("qdisc", qdisc, names));
  for (const [index, name] of names) {
    const link = { index, name };
    const own = qdiscs.filter((qdisc) => qdisc.index === index);
    if (own.length === 0) continue;
    found.push(...(await socket.dump(getClasses(link), decodeClass)).map((one) => showQueue("class", one, names)));
    for (const parent of filterPlaces(own)) {
      found.push(...(await socket.dump(getFilters(link, parent), decodeFilter)).map((one) => showQueue("filter", one, names)));
    }
  }
  return found;
}

/** Filters are listed a place where they can hang. */
const filterPlaces = (qdiscs: readonly TrafficObject[]): readonly number[] =>
  qdiscs.flatMap(({ kind, handle }) => {
    if (kind === "clsact") return [ingressFilters, egressFilters];
    return handle === 0 ? [] : [handle];
  });

export function showQueue(object: Queue["object"], { index, kind, handle, parent, stats }: TrafficObject, names: ReadonlyMap<number, string>): Queue {
  const { basic, queue, pkt64 } = stats ?? {};
  return {
    interface: names.get(index) ?? String(index),
    object,
    kind,
    handle: object === "filter" ? `0x${handle.toString(16)}` : (places[handle] ?? formatHandle(handle)),
    parent: places[parent] ?? formatHandle(parent),
    packets: Number(pkt64 ?? basic?.packets ?? 0),
    bytes: Number(basic?.bytes ?? 0),
    drops: queue?.drops ?? 0,
    overlimits: queue?.overlimits ?? 0,
    requeues: queue?.requeues ?? 0,
    backlogBytes: queue?.backlog ?? 0,
    backlogPackets: queue?.qlen ?? 0,
  };
}

/** The first kernel's, with what the others counted added. */
export function sumQueues([first = [], ...others]: readonly (readonly Queue[])[]): Queue[] {
  const key = (queue: Queue): string => [queue.interface, queue.object, queue.kind, queue.handle, queue.parent].join(" ");
  return first.map((one) => {
    const siblings = others.flatMap((list) => list.find((other) => key(other) === key(one)) ?? []);
    return siblings.reduce((sum, other) => ({
      ...sum,
      packets: sum.packets + other.packets, bytes: sum.bytes + other.bytes, drops: sum.drops + other.drops,
      overlimits: sum.overlimits + other.overlimits, requeues: sum.requeues + other.requeues,
      backlogBytes: sum.backlogBytes + other.backlogBytes, backlogPackets: sum.backlogPackets + other.backlogPackets,
    }), one);
  });
}
