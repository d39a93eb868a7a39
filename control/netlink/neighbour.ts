// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: who has which address on a link (ARP, neighbour discovery).

import type { Address, Family } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { ndmsg, neighbourAttrs, ntfFlags, nudState, operations } from "./gen/rt_neigh.js";
import type { LinkName } from "./link.js";
import { formatMac, parseMac } from "./mac.js";
import { changing, flags, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export type NeighbourState = keyof typeof nudState;

export interface Neighbour {
  readonly index: number;
  readonly address: Address;
  /** Not there while it is being asked for. */
  readonly mac: string | undefined;
  readonly state: NeighbourState | undefined;
  readonly router: boolean;
  /** Answered for on behalf of another link. */
  readonly proxy: boolean;
}

/** Those of one family; of one link if its index is given. */
export const getNeighbours = (family: Family, index?: number): Request =>
  listing(operations.getneigh, { ndmFamily: familyNumber(family) }, { ifindex: index }, `list IPv${family} neighbours`);

const stateNames = Object.keys(nudState) as NeighbourState[];
const wanted = neighbourAttrs.pick("dst", "lladdr");

export function decodeNeighbour(message: Message): Neighbour | undefined {
  if (message.type !== operations.getneigh.reply) return undefined;
  const header = readHeader(message, ndmsg);
  const { dst, lladdr } = readAttributes(message, ndmsg, wanted);
  if (!dst || !addressFamily(header.ndmFamily)) return undefined;
  return {
    index: header.ndmIfindex,
    address: readAddress(dst),
    mac: lladdr && formatMac(lladdr),
    state: stateNames.find((name) => nudState[name] === header.ndmState),
    router: (header.ndmFlags & ntfFlags.router) !== 0,
    proxy: (header.ndmFlags & ntfFlags.proxy) !== 0,
  };
}

const header = ({ index }: LinkName, { family }: Address, state: number, more = 0) => ({
  ndmFamily: familyNumber(family), ndmIfindex: index, ndmState: state, ndmFlags: more,
});

/** For good, or in another state: `reachable` for as long as the kernel would keep it. */
export const setNeighbour = (link: LinkName, address: Address, mac: string, state: NeighbourState = "permanent"): Request =>
  changing(
    operations.newneigh, flags.create | flags.replace, header(link, address, nudState[state]),
    { dst: address.bytes, lladdr: parseMac(mac) }, `set neighbour ${address.text} ${link.name}`,
  );

export const deleteNeighbour = (link: LinkName, address: Address): Request =>
  changing(operations.delneigh, 0, header(link, address, nudState.permanent), { dst: address.bytes }, `delete neighbour ${address.text} ${link.name}`);

/** Answer for `address` on `link`. */
export const addProxy = (link: LinkName, address: Address): Request =>
  changing(
    operations.newneigh, flags.create | flags.exclusive, header(link, address, nudState.permanent, ntfFlags.proxy),
    { dst: address.bytes }, `add proxy neighbour ${address.text} ${link.name}`,
  );
