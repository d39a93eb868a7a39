// SPDX-License-Identifier: GPL-2.0-only
// Routes, counted while they are listed and not kept. What the kernel counts by
// itself does not help: it knows no protocols, and for IPv4 it walks the table
// (/proc/net/fib_triestat) in one go, during which nothing is forwarded. A list
// comes in pieces, between which the worker forwards.

import type { Family } from "../../net/address.js";
import { operations, rtmFlags, rtmsg, rtTable } from "../../netlink/gen/rt_route.js";
import { readHeader } from "../../netlink/message.js";
import type { Message } from "../../netlink/message.js";
import { getRoutes } from "../../netlink/route.js";
import type { Observed } from "../collector.js";

/** RTPROT_*; others are shown by number. */
const protocols: Readonly<Record<number, string>> = {
  0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 9: "ra", 11: "zebra", 12: "bird", 16: "dhcp", 18: "keepalived",
  42: "babel", 84: "ovn", 99: "openr", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
};

export interface RouteCount {
  readonly family: "ipv4" | "ipv6";
  readonly protocol: string;
  readonly routes: number;
}

/** Routes of all tables but the local one, which has the kernel's own addresses. */
export async function countRoutes(kernel: Observed): Promise<RouteCount[]> {
  return [...(await countFamily(kernel, 4)), ...(await countFamily(kernel, 6))];
}

async function countFamily({ netlink }: Observed, family: Family): Promise<RouteCount[]> {
  const counts = new Uint32Array(256);
  const count = (message: Message): undefined => {
    if (message.type !== operations.getroute.reply) return;
    const { rtmTable, rtmFlags: is, rtmProtocol } = readHeader(message, rtmsg);
    if (rtmTable !== rtTable.local && !(is & rtmFlags.cloned)) counts[rtmProtocol]! += 1;
  };
  await netlink.dump(getRoutes(family), count);
  return [...counts].flatMap((routes, number) =>
    routes === 0 ? [] : [{ family: `ipv${family}` as const, protocol: protocols[number] ?? String(number), routes }],
  );
}
