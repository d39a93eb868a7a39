// SPDX-License-Identifier: GPL-2.0-only
// Whatever the tables can say comes back as it was said, and whatever bytes
// arrive end in a value or in our one kind of error.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NuseError } from "../../../control/errors.js";
import type { AttributeSet } from "../../../control/netlink/codec/attributes.js";
import { Writer } from "../../../control/netlink/codec/writer.js";
import { decodeAddress } from "../../../control/netlink/address.js";
import { decodeBridgePort, decodeForwarding } from "../../../control/netlink/bridge.js";
import { decodeConnection } from "../../../control/netlink/conntrack.js";
import * as ctnetlink from "../../../control/netlink/gen/ctnetlink.js";
import * as ethtool from "../../../control/netlink/gen/ethtool.js";
import * as rtLink from "../../../control/netlink/gen/rt_link.js";
import * as rtNeigh from "../../../control/netlink/gen/rt_neigh.js";
import * as rtNexthop from "../../../control/netlink/gen/rt_nexthop.js";
import * as rtRoute from "../../../control/netlink/gen/rt_route.js";
import * as rtRule from "../../../control/netlink/gen/rt_rule.js";
import * as tc from "../../../control/netlink/gen/tc.js";
import * as wireguard from "../../../control/netlink/gen/wireguard.js";
import * as xfrm from "../../../control/netlink/gen/xfrm.js";
import { decodeLink, decodeLinkDetails } from "../../../control/netlink/link.js";
import { decodeMessages } from "../../../control/netlink/message.js";
import type { Message } from "../../../control/netlink/message.js";
import { decodeNeighbour } from "../../../control/netlink/neighbour.js";
import { decodeNexthop } from "../../../control/netlink/nexthop.js";
import { decodeRoute } from "../../../control/netlink/route.js";
import { decodeRule } from "../../../control/netlink/rule.js";
import { decodeClass, decodeFilter, decodeQdisc } from "../../../control/netlink/tc.js";
import { decodeVerdict } from "../../../control/netlink/verdict.js";
import { decodePolicy, decodeState } from "../../../control/netlink/xfrm.js";

const sets: Readonly<Record<string, AttributeSet<object>>> = {
  links: rtLink.linkAttrs, bridgePorts: rtLink.bridgeLinkAttrs, routes: rtRoute.routeAttrs, rules: rtRule.ruleAttrs,
  neighbours: rtNeigh.neighbourAttrs, nexthops: rtNexthop.nexthopAttrs, trafficControl: tc.tcAttrs, features: ethtool.features,
  wireguard: wireguard.wgdevice, xfrm: xfrm.xfrmAttrs, conntrack: ctnetlink.conntrackAttrs,
};

const decoders = [
  decodeLink, decodeLinkDetails, decodeAddress, decodeRoute, decodeRule, decodeNeighbour, decodeNexthop, decodeBridgePort,
  decodeForwarding, decodeQdisc, decodeClass, decodeFilter, decodeState, decodePolicy, decodeConnection, decodeVerdict,
];

function encode(set: AttributeSet<object>, values: object): Buffer {
  const out = new Writer();
  set.encode(out, values);
  return out.take();
}

/** The value, or nothing when it is refused as it should be. */
function orRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NuseError) return undefined;
    throw error;
  }
}

/** Bytes that look like attributes, nested ones too: more of them are understood than of any bytes. */
const { attributes } = fc.letrec<{ attributes: Uint8Array; attribute: Uint8Array }>((tie) => ({
  attribute: fc.tuple(fc.integer({ min: 0, max: 60 }), fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.uint8Array({ maxLength: 24 }),
    fc.constantFrom("vlan", "vxlan", "veth", "gre", "bridge", "htb", "flower", "gact").map((text) => Buffer.from(`${text}\0`)),
    tie("attributes"),
  )).map(([type, payload]) => {
    const bytes = Buffer.alloc(4 + ((payload.length + 3) & ~3));
    bytes.writeUInt16LE(4 + payload.length, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.set(payload, 4);
    return bytes;
  }),
  attributes: fc.array(tie("attribute"), { maxLength: 6 }).map((all) => Buffer.concat(all)),
}));

const garbage = fc.oneof(fc.uint8Array({ maxLength: 200 }), attributes);

describe("any bytes", () => {
  it.each(Object.entries(sets))("as attributes of %s are read or refused; what is read comes back the same", (_, set) => {
    fc.assert(fc.property(garbage, (bytes) => {
      const values = orRefused(() => set.decode(Buffer.from(bytes), 0, bytes.length));
      if (values === undefined) return;
      const again = encode(set, values);
      expect(set.decode(again, 0, again.length)).toEqual(values);
    }), { numRuns: 500 });
  });

  it("as messages are read or refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      orRefused(() => [...decodeMessages(Buffer.from(bytes))]);
    }));
  });

  it("behind any header are read or refused by everything that reads messages", () => {
    const header = fc.uint8Array({ minLength: 0, maxLength: 24 });
    const type = fc.constantFrom(2, 3, 16, 20, 24, 28, 32, 36, 40, 44, 104, 0x10, 0x13, 0x100);
    fc.assert(fc.property(type, fc.integer({ min: 0, max: 0xffff }), header, garbage, (number, flags, head, rest) => {
      const message: Message = { type: number, flags, sequence: 1, payload: Buffer.concat([head, rest]) };
      for (const decode of decoders) orRefused(() => decode(message));
    }), { numRuns: 1000 });
  });

  it("nested without end are refused before the stack is", () => {
    let bytes = Buffer.alloc(0);
    for (let depth = 0; depth < 2000; depth++) {
      const record = Buffer.alloc(12);
      record.writeUInt16LE(12 + bytes.length, 0);
      record.writeUInt16LE(8 + bytes.length, 4);
      record.writeUInt16LE(12 + bytes.length, 4);
      record.writeUInt16LE(9, 6);
      const attribute = Buffer.alloc(12);
      attribute.writeUInt16LE(12 + bytes.length, 0);
      attribute.writeUInt16LE(9, 2);
      attribute.writeUInt16LE(8 + bytes.length, 4);
      bytes = Buffer.concat([attribute, bytes]);
    }
    expect(() => rtRoute.routeAttrs.decode(bytes, 0, bytes.length)).toThrow(/nested more than 32 deep/);
  });
});

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ maxLength: 15 }).filter((value) => !value.includes("\0"));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const optional = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });

const vxlan = optional({ id: u32, group: bytes(4), link: u32, ttl: u8, port: u16, label: u32, gbp: fc.constant(true as const), portRange: fc.record({ low: u16, high: u16 }) });
const hop = fc.record({ header: fc.record({ rtnhFlags: u8, rtnhHops: u8, rtnhIfindex: fc.integer({ min: -1, max: 2 ** 31 - 1 }) }), rtaGateway: bytes(4) });

/** Values that are asked for in the tables' own terms. */
const said: Readonly<Record<string, readonly [AttributeSet<object>, fc.Arbitrary<object>]>> = {
  link: [rtLink.linkAttrs, optional({ ifname: text, mtu: u32, address: bytes(6), carrier: u8, linkNetnsid: fc.integer({ min: -1, max: 5 }), linkinfo: fc.record({ kind: fc.constant("vxlan"), data: vxlan }) })],
  veth: [rtLink.linkAttrs, fc.record({ linkinfo: fc.record({ kind: fc.constant("veth"), data: fc.record({ peer: fc.record({ header: fc.record({ ifiIndex: u16, ifiFamily: u8, ifiType: u16, ifiFlags: u32, ifiChange: u32 }), ifname: text }) }) }) })],
  route: [rtRoute.routeAttrs, optional({ rtaDst: bytes(16), rtaOif: u32, rtaPriority: u32, rtaMetrics: optional({ rtaxMtu: u32, rtaxCcAlgo: text }), rtaEncap: optional({ id: u64, dst: bytes(4), ttl: u8 }), rtaEncapType: fc.constant(2) }).filter((values) => "rtaEncapType" in values || !("rtaEncap" in values))],
  multipath: [rtRoute.routeAttrs, fc.record({ rtaMultipath: fc.array(hop, { minLength: 1, maxLength: 20 }) })],
  netem: [tc.tcAttrs, fc.record({ kind: fc.constant("netem"), options: fc.record({ header: fc.record({ latency: u32, limit: u32, loss: u32, gap: u32, duplicate: u32, jitter: u32 }), latency64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }) })],
  peers: [wireguard.wgdevice, fc.record({ peers: fc.array(optional({ publicKey: bytes(32), persistentKeepaliveInterval: u16, rxBytes: u64 }), { maxLength: 20 }) })],
};

describe("any value", () => {
  it.each(Object.entries(said))("of %s comes back as it was said", (_, [set, values]) => {
    fc.assert(fc.property(values, (value) => {
      const wire = encode(set, value);
      const found = set.decode(wire, 0, wire.length);
      const expected = JSON.parse(JSON.stringify(value, comparable)) as object;
      expect(JSON.parse(JSON.stringify(found, comparable))).toMatchObject(expected);
    }));
  });
});

const comparable = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
