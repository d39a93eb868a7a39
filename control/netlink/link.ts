// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: links (network interfaces).

import { decodeAttributes, encodeAttributes } from "./attributes.js";
import type { Attributes } from "./attributes.js";
import { flags } from "./message.js";
import type { Message, Request } from "./message.js";

const type = { new: 16, get: 18 } as const;
const headerSize = 16;
const interfaceUp = 0x1;

const attributes = {
  address: [1, "binary"],
  ifname: [3, "string"],
  mtu: [4, "u32"],
  operstate: [16, "u8"],
  stats64: [23, "binary"],
  carrier: [33, "u8"],
} as const;

/** Counters of struct rtnl_link_stats64, in its order. */
const statNames = [
  "rxPackets", "txPackets", "rxBytes", "txBytes", "rxErrors", "txErrors", "rxDropped", "txDropped",
] as const;

export type LinkStats = Readonly<Record<(typeof statNames)[number], number>>;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly stats: LinkStats;
}

/** struct ifinfomsg */
function header(index: number, interfaceFlags: number, change: number): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(interfaceFlags, 8);
  bytes.writeUInt32LE(change, 12);
  return bytes;
}

export const getLinks = (): Request => ({
  type: type.get,
  flags: flags.request | flags.dump,
  payload: header(0, 0, 0),
  what: "list interfaces",
});

export function decodeLink(message: Message): Link | undefined {
  if (message.type !== type.new) return undefined;
  const values = decodeAttributes(attributes, message.payload.subarray(headerSize));
  return {
    index: message.payload.readInt32LE(4),
    name: values.ifname ?? "",
    up: (message.payload.readUInt32LE(8) & interfaceUp) !== 0,
    carrier: values.carrier === 1,
    mtu: values.mtu ?? 0,
    stats: decodeStats(values.stats64),
  };
}

function decodeStats(bytes: Uint8Array | undefined): LinkStats {
  const view = bytes && Buffer.from(bytes);
  const entries = statNames.map((name, index) => [
    name,
    view && view.length >= (index + 1) * 8 ? Number(view.readBigUInt64LE(index * 8)) : 0,
  ]);
  return Object.fromEntries(entries) as LinkStats;
}

type LinkName = { readonly index: number; readonly name: string };

function change(head: Buffer, values: Attributes<typeof attributes>, what: string): Request {
  return {
    type: type.new,
    flags: flags.request | flags.ack,
    payload: Buffer.concat([head, encodeAttributes(attributes, values)]),
    what,
  };
}

export const setUp = ({ index, name }: LinkName, up: boolean): Request =>
  change(header(index, up ? interfaceUp : 0, interfaceUp), {}, `set ${name} ${up ? "up" : "down"}`);

export const setMtu = ({ index, name }: LinkName, mtu: number): Request =>
  change(header(index, 0, 0), { mtu }, `set ${name} MTU ${mtu}`);
