// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../../control/net/address.js";
import { addAddress, decodeAddress } from "../../../control/netlink/address.js";
import { AttributeSet, headed, indexed, multi, nested, selected, string, struct, subMessage, u16be, u32, u64, u8, flag } from "../../../control/netlink/codec/index.js";
import { Writer } from "../../../control/netlink/codec/writer.js";
import { createLink, decodeLink, setUp } from "../../../control/netlink/link.js";
import { vlan, vxlan } from "../../../control/netlink/kinds.js";
import { decodeMessages, encodeMessage } from "../../../control/netlink/message.js";
import type { Message, Request } from "../../../control/netlink/message.js";
import { decodeMainRoute, decodeRoute, replaceRoute } from "../../../control/netlink/route.js";
import { decodeVerdict, extendedAck } from "../../../control/netlink/verdict.js";

interface Inner {
  readonly count?: number;
  readonly mark?: true;
}

interface Values {
  readonly small?: number;
  readonly name?: string;
  readonly big?: bigint;
  readonly inner?: Inner;
  readonly port?: number;
  readonly many?: readonly number[];
  readonly list?: readonly Inner[];
  readonly kind?: string;
  readonly detail?: Inner | { readonly header: { readonly limit: number } };
}

const inner = new AttributeSet<Inner>("inner", () => ({ count: [1, u32], mark: [2, flag] }));
const limit = struct<{ readonly limit: number }>("limit", [["limit", u32]]);
const set: AttributeSet<Values> = new AttributeSet<Values>("set", () => ({
  small: [1, u8],
  name: [3, string],
  big: [4, u64],
  inner: [5, inner, nested],
  port: [6, u16be],
  many: [7, u32, multi],
  list: [8, indexed(inner, 1, 0), nested],
  kind: [9, string],
  detail: [10, subMessage("kind", () => ({ plain: inner, limited: headed(limit, inner) })), selected],
}));

function encode<T extends object>(table: AttributeSet<T>, values: T): Buffer {
  const out = new Writer();
  table.encode(out, values);
  return out.take();
}

const decode = <T extends object>(table: AttributeSet<T>, bytes: Buffer): T => table.decode(bytes, 0, bytes.length);

describe("attributes", () => {
  it("come back as they went in, whatever their length", () => {
    for (const name of ["", "a", "ab", "abc", "abcd"]) {
      const values: Values = {
        small: 7, name, big: 2n ** 63n, inner: { count: 5, mark: true }, port: 0x1234, many: [1, 2, 3], list: [{ count: 1 }, {}],
      };
      const bytes = encode(set, values);
      expect(bytes.length % 4).toBe(0);
      expect(decode(set, bytes)).toEqual(values);
    }
  });

  it("whose format another attribute chooses may stand before it", () => {
    const values: Values = { detail: { header: { limit: 5 }, count: 7 }, kind: "limited" };
    expect(decode(set, encode(set, values))).toEqual(values);
  });

  it("of an unknown format are bytes", () => {
    for (const kind of ["other", "constructor"]) {
      const values = { kind, detail: Uint8Array.of(1, 2, 3) } as unknown as Values;
      expect(decode(set, encode(set, values))).toEqual(values);
    }
  });

  it("that the set does not know are passed over", () => {
    const other = new AttributeSet<{ strange: number; small: number }>("other", () => ({ strange: [99, u32], small: [1, u8] }));
    expect(decode(set, encode(other, { strange: 1, small: 2 }))).toEqual({ small: 2 });
    expect(decode(set.pick("small"), encode(set, { small: 3, name: "x" }))).toEqual({ small: 3 });
  });

  it("of an impossible length are an error instead of a loop", () => {
    for (const length of [0, 3, 200]) {
      expect(() => decode(set, Buffer.from([length, 0, 1, 0, 9, 9, 9, 9]))).toThrow(/impossible length/);
    }
  });

  it("are not written when they do not fit", () => {
    expect(() => encode(set, { small: 256 })).toThrow(/256 is no number of 8 bits/);
    expect(() => encode(set, { big: -1n })).toThrow(/-1 is no number of 64 bits/);
    expect(() => encode(set, { name: "x".repeat(70_000) })).toThrow(/an attribute of 70005 bytes/);
  });
});

describe("messages", () => {
  const request = (type: number, payload: Buffer): Request => ({ type, flags: 2, payload, what: "test" });

  it("of one datagram are told apart", () => {
    const first = encodeMessage(request(16, Buffer.from("abc")), 1);
    const second = encodeMessage(request(3, Buffer.alloc(4)), 1);
    const found = [...decodeMessages(Buffer.concat([first, second]))];
    expect(found.map(({ type, payload }) => [type, payload.length])).toEqual([[16, 3], [3, 4]]);
  });

  it("of an impossible length are an error", () => {
    const bytes = encodeMessage(request(16, Buffer.alloc(8)), 1);
    bytes.writeUInt32LE(4000, 0);
    expect(() => [...decodeMessages(bytes)]).toThrow(/impossible length 4000/);
  });

  it("that refuse carry the kernel's own words and name the attribute", () => {
    const refused = createLink("vlan5", vlan(5000), { lower: 2 });
    const offset = 16 + refused.payload.indexOf(Buffer.from([0x06, 0, 0x01, 0, 0x88, 0x13]));
    const head = Buffer.alloc(20);
    head.writeInt32LE(-22, 0);
    const payload = Buffer.concat([head, encode(extendedAck, { message: "Invalid VLAN id", offset })]);
    expect(decodeVerdict({ type: 2, flags: 0x300, sequence: 1, payload }, refused)).toEqual({
      errno: 22, text: "Invalid VLAN id", attribute: "linkinfo.data.id",
    });
  });
});

const answer = (type: number, payload: Buffer): Message => ({ type, flags: 0, sequence: 0, payload });

describe("rtnetlink", () => {
  const link = { index: 2, name: "wan0" };

  it("sets a link up with these bytes", () => {
    const { type, payload } = setUp(link, true);
    expect(type).toBe(16);
    expect(payload.toString("hex")).toBe("00000000" + "02000000" + "01000000" + "01000000");
  });

  it("adds an IPv4 address with these bytes", () => {
    const { type, payload } = addAddress(link, parsePrefix("192.0.2.2/30")!);
    expect(type).toBe(20);
    expect(payload.toString("hex")).toBe("021e000002000000" + "08000200c0000202" + "08000100c0000202");
  });

  it("adds an IPv6 route with these bytes", () => {
    const { type, payload } = replaceRoute({
      to: parsePrefix("2001:db8::/32")!, via: parseAddress("fe80::1"), oif: 2, metric: 7,
    });
    expect(type).toBe(24);
    expect(payload.toString("hex")).toBe(
      "0a200000fe04000100000000" +
        "1400010020010db8000000000000000000000000" +
        "14000500fe800000000000000000000000000001" +
        "0800060007000000" +
        "0800040002000000",
    );
  });

  it("reads what it writes", () => {
    const { payload: address } = addAddress(link, parsePrefix("2001:db8::1/64")!);
    expect(decodeAddress(answer(20, address))).toMatchObject({
      index: 2, prefix: { length: 64, address: { text: "2001:db8::1" } },
    });
    const { payload } = replaceRoute({ to: parsePrefix("10.0.0.0/8")!, via: parseAddress("192.0.2.1"), oif: 2 });
    expect(decodeMainRoute(answer(24, payload))).toMatchObject({
      to: { length: 8, address: { text: "10.0.0.0" } }, via: { text: "192.0.2.1" }, oif: 2, protocol: 4,
    });
    const { payload: made } = createLink("vx0", vxlan({ id: 7, remote: parseAddress("192.0.2.9") }), { mac: "02:00:00:00:00:01" });
    expect(decodeLink(answer(16, made))).toMatchObject({ name: "vx0", kind: "vxlan", mac: "02:00:00:00:00:01" });
  });

  it("passes over messages of another type", () => {
    const strange = answer(99, Buffer.alloc(32));
    expect([decodeLink(strange), decodeAddress(strange), decodeRoute(strange)]).toEqual([undefined, undefined, undefined]);
  });
});
