// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: addresses of interfaces.

import { formatPrefix, fromBytes } from "../net/address.js";
import type { Prefix } from "../net/address.js";
import { decodeAttributes, encodeAttributes } from "./attributes.js";
import { addressFamily, familyNumber } from "./family.js";
import { flags } from "./message.js";
import type { Message, Request } from "./message.js";

const type = { new: 20, delete: 21, get: 22 } as const;
const headerSize = 8;
const permanent = 0x80;

const attributes = {
  address: [1, "binary"],
  local: [2, "binary"],
  flags: [8, "u32"],
} as const;

export interface InterfaceAddress {
  readonly index: number;
  readonly prefix: Prefix;
  /** Not learned from the network. */
  readonly permanent: boolean;
  /** 0 is global, 253 link, 254 host. */
  readonly scope: number;
}

/** struct ifaddrmsg */
function header(family: number, length: number, index: number): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.writeUInt8(family, 0);
  bytes.writeUInt8(length, 1);
  bytes.writeUInt32LE(index, 4);
  return bytes;
}

export const getAddresses = (): Request => ({
  type: type.get,
  flags: flags.request | flags.dump,
  payload: header(0, 0, 0),
  what: "list addresses",
});

export function decodeAddress(message: Message): InterfaceAddress | undefined {
  if (message.type !== type.new) return undefined;
  const { payload } = message;
  const values = decodeAttributes(attributes, payload.subarray(headerSize));
  const bytes = values.local ?? values.address;
  if (!bytes || !addressFamily(payload.readUInt8(0))) return undefined;
  return {
    index: payload.readUInt32LE(4),
    prefix: { address: fromBytes(bytes), length: payload.readUInt8(1) },
    permanent: ((values.flags ?? payload.readUInt8(2)) & permanent) !== 0,
    scope: payload.readUInt8(3),
  };
}

type LinkName = { readonly index: number; readonly name: string };

function request(number: number, more: number, link: LinkName, prefix: Prefix, what: string): Request {
  const { address, length } = prefix;
  return {
    type: number,
    flags: flags.request | flags.ack | more,
    payload: Buffer.concat([
      header(familyNumber(address.family), length, link.index),
      encodeAttributes(attributes, { local: address.bytes, address: address.bytes }),
    ]),
    what: `${what} ${formatPrefix(prefix)} ${link.name}`,
  };
}

export const addAddress = (link: LinkName, prefix: Prefix): Request =>
  request(type.new, flags.create | flags.replace, link, prefix, "add address");

export const deleteAddress = (link: LinkName, prefix: Prefix): Request =>
  request(type.delete, 0, link, prefix, "delete address");
