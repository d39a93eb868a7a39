// SPDX-License-Identifier: GPL-2.0-only
// rtnetlink: routes of the main table.

import { defaultPrefix, formatPrefix, fromBytes } from "../net/address.js";
import type { Address, Family, Prefix } from "../net/address.js";
import { decodeAttributes, encodeAttributes } from "./attributes.js";
import { addressFamily, familyNumber } from "./family.js";
import { flags } from "./message.js";
import type { Message, Request } from "./message.js";

const type = { new: 24, delete: 25, get: 26 } as const;
const headerSize = 12;
const mainTable = 254;
const unicast = 1;
const scope = { universe: 0, link: 253, nowhere: 255 } as const;
const cloned = 0x200;

/** RTPROT_STATIC: the routes that the configuration owns. */
export const ownProtocol = 4;

const attributes = {
  destination: [1, "binary"],
  oif: [4, "u32"],
  gateway: [5, "binary"],
  priority: [6, "u32"],
  table: [15, "u32"],
} as const;

export interface KernelRoute {
  readonly to: Prefix;
  readonly via: Address | undefined;
  /** Index of the outgoing interface; 0 lets the kernel find it. */
  readonly oif: number;
  /** 0 is the family's default. */
  readonly metric: number;
  readonly protocol: number;
}

/** struct rtmsg */
function header(family: Family, length: number, routeScope: number, routeType: number): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.writeUInt8(familyNumber(family), 0);
  bytes.writeUInt8(length, 1);
  bytes.writeUInt8(mainTable, 4);
  bytes.writeUInt8(ownProtocol, 5);
  bytes.writeUInt8(routeScope, 6);
  bytes.writeUInt8(routeType, 7);
  return bytes;
}

export const getRoutes = (family: Family): Request => ({
  type: type.get,
  flags: flags.request | flags.dump,
  payload: header(family, 0, 0, 0),
  what: `list IPv${family} routes`,
});

/** A unicast route of the main table; undefined for any other message. */
export function decodeRoute(message: Message): KernelRoute | undefined {
  const { payload } = message;
  if (message.type !== type.new || payload.readUInt8(7) !== unicast) return undefined;
  const family = addressFamily(payload.readUInt8(0));
  const values = decodeAttributes(attributes, payload.subarray(headerSize));
  if (!family || values.table !== mainTable || payload.readUInt32LE(8) & cloned) return undefined;
  const network = values.destination ? fromBytes(values.destination) : defaultPrefix(family).address;
  return {
    to: { address: network, length: payload.readUInt8(1) },
    via: values.gateway && fromBytes(values.gateway),
    oif: values.oif ?? 0,
    metric: values.priority ?? 0,
    protocol: payload.readUInt8(5),
  };
}

function request(number: number, more: number, route: KernelRoute, what: string): Request {
  const { to, via, oif, metric } = route;
  const routeScope = number === type.delete ? scope.nowhere : via ? scope.universe : scope.link;
  return {
    type: number,
    flags: flags.request | flags.ack | more,
    payload: Buffer.concat([
      header(to.address.family, to.length, routeScope, number === type.delete ? 0 : unicast),
      encodeAttributes(attributes, {
        destination: to.length > 0 ? to.address.bytes : undefined,
        gateway: via?.bytes,
        oif: oif || undefined,
        priority: metric || undefined,
      }),
    ]),
    what: `${what} route ${formatPrefix(to)}`,
  };
}

export const replaceRoute = (route: KernelRoute): Request =>
  request(type.new, flags.create | flags.replace, route, "replace");

export const deleteRoute = (route: KernelRoute): Request => request(type.delete, 0, route, "delete");
