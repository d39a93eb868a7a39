// SPDX-License-Identifier: GPL-2.0-only
// ctnetlink: connections that netfilter tracks. Needs a socket of protocol
// netlink.netfilter.

import type { Address, Family } from "../net/address.js";
import { addressFamily, familyNumber, readAddress } from "./family.js";
import { conntrackAttrs, conntrackGlobalAttrs, conntrackStatsAttrs, ipsStatus, nfgenmsg, operations } from "./gen/ctnetlink.js";
import type { ConntrackStatsAttrs, CountersAttrs, TupleAttrs } from "./gen/ctnetlink.js";
import { changing, listing, readAttributes, readHeader } from "./message.js";
import type { Message, Request } from "./message.js";

export { protocol } from "./gen/ctnetlink.js";

export interface Flow {
  readonly source: Address;
  readonly destination: Address;
  /** IPPROTO_* */
  readonly protocol: number;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

export interface Counted {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface Connection {
  readonly id: number;
  readonly original: Flow;
  /** What answers look like: other addresses than the original's mean NAT. */
  readonly reply: Flow;
  readonly assured: boolean;
  /** In a flow table, and no longer seen by the rules. */
  readonly offloaded: boolean;
  /** Seconds until it is forgotten. */
  readonly timeout: number;
  readonly mark: number;
  readonly zone: number;
  /** TCP_CONNTRACK_*, of TCP. */
  readonly tcpState: number | undefined;
  readonly counters: { readonly original: Counted; readonly reply: Counted } | undefined;
}

export const getConnections = (family?: Family): Request =>
  listing(operations.get, { nfgenFamily: family ? familyNumber(family) : 0 }, {}, "list connections");

const wanted = conntrackAttrs.pick(
  "id", "tupleOrig", "tupleReply", "status", "timeout", "mark", "zone", "protoinfo", "countersOrig", "countersReply",
);

function decodeFlow(tuple: TupleAttrs | undefined): Flow | undefined {
  const source = tuple?.ip?.v4Src ?? tuple?.ip?.v6Src;
  const destination = tuple?.ip?.v4Dst ?? tuple?.ip?.v6Dst;
  if (!source || !destination) return undefined;
  return {
    source: readAddress(source),
    destination: readAddress(destination),
    protocol: tuple?.proto?.num ?? 0,
    sourcePort: tuple?.proto?.srcPort,
    destinationPort: tuple?.proto?.dstPort,
  };
}

const counted = ({ packets = 0n, bytes = 0n }: CountersAttrs): Counted => ({ packets, bytes });

export function decodeConnection(message: Message): Connection | undefined {
  if (message.type !== operations.get.reply) return undefined;
  if (!addressFamily(readHeader(message, nfgenmsg).nfgenFamily)) return undefined;
  const values = readAttributes(message, nfgenmsg, wanted);
  const original = decodeFlow(values.tupleOrig);
  const reply = decodeFlow(values.tupleReply);
  if (!original || !reply) return undefined;
  const { status = 0, countersOrig, countersReply } = values;
  return {
    id: values.id ?? 0, original, reply,
    assured: (status & ipsStatus.assured) !== 0,
    offloaded: (status & (ipsStatus.offload | ipsStatus.hwOffload)) !== 0,
    timeout: values.timeout ?? 0,
    mark: values.mark ?? 0,
    zone: values.zone ?? 0,
    tcpState: values.protoinfo?.tcp?.state,
    counters: countersOrig && countersReply && { original: counted(countersOrig), reply: counted(countersReply) },
  };
}

/** Forget all, or those of one family. */
export const flushConnections = (family?: Family): Request =>
  changing(operations.delete, 0, { nfgenFamily: family ? familyNumber(family) : 0 }, {}, "forget all connections");

export interface ConnectionCount {
  readonly entries: number;
  readonly limit: number;
}

export const countConnections = (): Request => changing(operations.getStats, 0, {}, {}, "count connections");

export function decodeCount(message: Message): ConnectionCount | undefined {
  if (message.type !== operations.getStats.reply) return undefined;
  const { entries = 0, maxEntries = 0 } = readAttributes(message, nfgenmsg, conntrackGlobalAttrs);
  return { entries, limit: maxEntries };
}

/** What became of lookups and insertions, one answer a processor. */
export const getConntrackStats = (): Request => listing(operations.getStatsCpu, {}, {}, "read conntrack's counters");

export const decodeConntrackStats = (message: Message): ConntrackStatsAttrs | undefined =>
  message.type === operations.getStatsCpu.reply ? readAttributes(message, nfgenmsg, conntrackStatsAttrs) : undefined;
