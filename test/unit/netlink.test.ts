// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../control/net/address.js";
import { addAddress, decodeAddress } from "../../control/netlink/address.js";
import { decodeAttributes, encodeAttributes } from "../../control/netlink/attributes.js";
import { decodeLink, setUp } from "../../control/netlink/link.js";
import { decodeMessages, decodeVerdict, encodeMessage } from "../../control/netlink/message.js";
import { decodeRoute, replaceRoute } from "../../control/netlink/route.js";

const set = {
  small: [1, "u8"],
  name: [3, "string"],
  big: [4, "u64"],
  inner: [5, { count: [1, "u32"], mark: [2, "flag"] }],
} as const;

describe("attributes", () => {
  it("come back as they went in, whatever their length", () => {
    for (const name of ["", "a", "ab", "abc", "abcd"]) {
      const values = { small: 7, name, big: 2n ** 63n, inner: { count: 5, mark: true } } as const;
      const bytes = encodeAttributes(set, values);
      expect(bytes.length % 4).toBe(0);
      expect(decodeAttributes(set, bytes)).toEqual(values);
    }
  });

  it("that the set does not know are passed over", () => {
    const other = { strange: [99, "u32"], small: [1, "u8"] } as const;
    expect(decodeAttributes(set, encodeAttributes(other, { strange: 1, small: 2 }))).toEqual({ small: 2 });
  });

  it("of an impossible length end the list instead of looping", () => {
    expect(decodeAttributes(set, Buffer.from([0, 0, 1, 0, 9, 9, 9, 9]))).toEqual({});
    expect(decodeAttributes(set, Buffer.from([200, 0, 1, 0, 9, 9, 9, 9]))).toEqual({});
  });
});

describe("messages", () => {
  it("of one datagram are told apart", () => {
    const first = encodeMessage({ type: 16, flags: 2, sequence: 1, payload: Buffer.from("abc") });
    const second = encodeMessage({ type: 3, flags: 2, sequence: 1, payload: Buffer.alloc(4) });
    const found = [...decodeMessages(Buffer.concat([first, second]))];
    expect(found.map(({ type, payload }) => [type, payload.length])).toEqual([[16, 3], [3, 4]]);
  });

  it("of an impossible length are an error", () => {
    const bytes = encodeMessage({ type: 16, flags: 0, sequence: 1, payload: Buffer.alloc(8) });
    bytes.writeUInt32LE(4000, 0);
    expect(() => [...decodeMessages(bytes)]).toThrow(/impossible length 4000/);
  });

  it("that refuse carry the kernel's own words", () => {
    const words = encodeAttributes({ message: [1, "string"] } as const, { message: "Invalid prefix" });
    const head = Buffer.alloc(20);
    head.writeInt32LE(-22, 0);
    const verdict = decodeVerdict({ type: 2, flags: 0x300, sequence: 1, payload: Buffer.concat([head, words]) });
    expect(verdict).toEqual({ errno: 22, text: "Invalid prefix" });
  });
});

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
      to: parsePrefix("2001:db8::/32")!, via: parseAddress("fe80::1"), oif: 2, metric: 7, protocol: 0,
    });
    expect(type).toBe(24);
    expect(payload.toString("hex")).toBe(
      "0a200000fe04000100000000" +
        "1400010020010db8000000000000000000000000" +
        "14000500fe800000000000000000000000000001" +
        "0800040002000000" +
        "0800060007000000",
    );
  });

  it("reads what it writes", () => {
    const { payload: address } = addAddress(link, parsePrefix("2001:db8::1/64")!);
    expect(decodeAddress({ type: 20, flags: 0, sequence: 0, payload: address })).toMatchObject({
      index: 2, prefix: { length: 64, address: { text: "2001:db8::1" } },
    });
    const { payload } = replaceRoute({ to: parsePrefix("10.0.0.0/8")!, via: parseAddress("192.0.2.1"), oif: 2, metric: 0, protocol: 0 });
    const tabled = Buffer.concat([payload, encodeAttributes({ table: [15, "u32"] } as const, { table: 254 })]);
    expect(decodeRoute({ type: 24, flags: 0, sequence: 0, payload: tabled })).toMatchObject({
      to: { length: 8, address: { text: "10.0.0.0" } }, via: { text: "192.0.2.1" }, oif: 2, protocol: 4,
    });
  });

  it("passes over messages of another type", () => {
    const strange = { type: 99, flags: 0, sequence: 0, payload: Buffer.alloc(32) };
    expect([decodeLink(strange), decodeAddress(strange), decodeRoute(strange)]).toEqual([undefined, undefined, undefined]);
  });
});
