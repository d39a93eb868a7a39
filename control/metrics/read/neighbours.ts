// SPDX-License-Identifier: GPL-2.0-only
// Neighbours, counted while they are listed.

import { ndmsg, nudState, operations } from "../../netlink/gen/rt_neigh.js";
import { listing, readHeader } from "../../netlink/message.js";
import type { Message } from "../../netlink/message.js";
import type { Observed } from "../collector.js";

/** The kernel's own multicast entries, which ip does not show either, are not counted. */
const states = Object.entries(nudState).filter(([name]) => name !== "noarp");

export interface NeighbourCount {
  /** Of the interface. */
  readonly index: number;
  readonly state: string;
  readonly entries: number;
}

function decode(message: Message): Omit<NeighbourCount, "entries"> | undefined {
  if (message.type !== operations.getneigh.reply) return undefined;
  const { ndmState, ndmIfindex: index } = readHeader(message, ndmsg);
  const state = states.find(([, bit]) => ndmState & bit)?.[0];
  return state === undefined ? undefined : { index, state };
}

export async function countNeighbours({ netlink }: Observed): Promise<NeighbourCount[]> {
  const counts = new Map<string, NeighbourCount>();
  for (const { index, state } of await netlink.dump(listing(operations.getneigh, {}, {}, "list neighbours"), decode)) {
    const key = `${index} ${state}`;
    counts.set(key, { index, state, entries: (counts.get(key)?.entries ?? 0) + 1 });
  }
  return [...counts.values()];
}
