// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { contains, formatPrefix, hasHostBits, network, parseAddress, parsePrefix } from "../../control/net/address.js";

const prefix = (text: string) => parsePrefix(text)!;

describe("an address", () => {
  it("has one text, however it was written", () => {
    expect(parseAddress("2001:DB8:0:0::0:1")?.text).toBe("2001:db8::1");
  });

  it("is refused when it is not written out", () => {
    for (const text of ["10.1", "010.0.0.1", "1.2.3.4.5", "fe80::1%eth0", "", "::g", "300.0.0.1"]) {
      expect(parseAddress(text)).toBeUndefined();
    }
  });

  it("is in a prefix when the leading bits agree", () => {
    expect(contains(prefix("10.0.0.1/25"), parseAddress("10.0.0.126")!)).toBe(true);
    expect(contains(prefix("10.0.0.1/25"), parseAddress("10.0.0.129")!)).toBe(false);
    expect(contains(prefix("0.0.0.0/0"), parseAddress("203.0.113.9")!)).toBe(true);
    expect(contains(prefix("::/0"), parseAddress("203.0.113.9")!)).toBe(false);
  });
});

describe("a prefix", () => {
  it("is refused with a length its family does not have", () => {
    expect(parsePrefix("10.0.0.0/33")).toBeUndefined();
    expect(parsePrefix("::/129")).toBeUndefined();
    expect(parsePrefix("10.0.0.0/")).toBeUndefined();
  });

  it("knows its network", () => {
    expect(formatPrefix(network(prefix("10.9.8.7/20")))).toBe("10.9.0.0/20");
    expect(formatPrefix(network(prefix("2001:db8::ffff/121")))).toBe("2001:db8::ff80/121");
    expect(hasHostBits(prefix("10.9.0.0/20"))).toBe(false);
    expect(hasHostBits(prefix("10.9.0.1/20"))).toBe(true);
  });
});
