// SPDX-License-Identifier: GPL-2.0-only
// What a router changes in a packet, and what it must leave alone.

import { createHash } from "node:crypto";

const ipv4 = 0x0800;
const ipv6 = 0x86dd;
const vlan = 0x8100;

export interface Packet {
  readonly to: string;
  readonly from: string;
  /** VLAN's number; undefined without a tag. */
  readonly vlan: number | undefined;
  /** Time to live, or hop limit. */
  readonly hops: number;
  /** The packet without what a router changes: its beginning, and a hash of all. */
  readonly rest: string;
}

/** Filters of tcpdump do not see every tag. */
export const isTaggedIpv4 = (frame: Buffer): boolean => frame.readUInt16BE(12) === vlan && frame.readUInt16BE(16) === ipv4;

const mac = (bytes: Buffer): string => bytes.toString("hex").replace(/..(?=.)/g, "$&:");

const digest = (bytes: Buffer): string =>
  `${bytes.toString("hex", 0, 48)} ${createHash("sha256").update(bytes).digest("hex")}`;

/** Does an IPv4 header sum up to what it should? */
function headerSumsUp(header: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff;
}

function readIpv4(packet: Buffer): Pick<Packet, "hops" | "rest"> {
  const header = packet.subarray(0, (packet[0]! & 0xf) * 4);
  if (!headerSumsUp(header)) throw new Error("the checksum of an IPv4 header is wrong");
  const rest = Buffer.from(packet.subarray(0, packet.readUInt16BE(2)));
  rest.fill(0, 8, 9).fill(0, 10, 12);
  return { hops: packet[8]!, rest: digest(rest) };
}

function readIpv6(packet: Buffer): Pick<Packet, "hops" | "rest"> {
  const rest = Buffer.from(packet.subarray(0, 40 + packet.readUInt16BE(4)));
  rest.fill(0, 7, 8);
  return { hops: packet[7]!, rest: digest(rest) };
}

export function readPacket(frame: Buffer): Packet {
  const tagged = frame.readUInt16BE(12) === vlan;
  const type = frame.readUInt16BE(tagged ? 16 : 12);
  const packet = frame.subarray(tagged ? 18 : 14);
  if (type !== ipv4 && type !== ipv6) throw new Error(`neither IPv4 nor IPv6: ${type.toString(16)}`);
  return {
    to: mac(frame.subarray(0, 6)),
    from: mac(frame.subarray(6, 12)),
    vlan: tagged ? frame.readUInt16BE(14) & 0xfff : undefined,
    ...(type === ipv4 ? readIpv4(packet) : readIpv6(packet)),
  };
}
