// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import { formatError } from "../../control/errors.js";
import { tableLines } from "../../control/firewall/compile/table.js";
import { parseListing } from "../../control/firewall/listing.js";
import { formatAddressRange, parseAddressRange, unite } from "../../control/firewall/ranges.js";
import type { AddressRange } from "../../control/firewall/ranges.js";
import { changeScript } from "../../control/firewall/script.js";
import { differences } from "../../control/firewall/summary.js";

const ports = `ports:\n  wan0: { device: "raw:eth1" }\n  lan0: { device: "raw:eth2" }\n`;
const firewall = (text: string) => readConfig(ports + text, "nuse.yaml").firewall;
const lines = (text: string): string[] => tableLines(firewall(text).blocks).map((line) => line.text.trim());
/** Rules of a chain behind what holds before any rule. */
const rules = (text: string): string[] =>
  firewall(`firewall: { forward: { rules: [${text}] } }`).blocks.find(({ name }) => name === "forward")!.rules.slice(2).map((line) => line.text);

function faults(text: string): string {
  try {
    readConfig(ports + text, "nuse.yaml");
    return "";
  } catch (error) {
    return formatError(error);
  }
}

describe("a rule", () => {
  it.each([
    ["{ action: drop }", ["drop"]],
    ["{ in: [wan0, lan0], action: accept }", [`iifname { "lan0", "wan0" } accept`]],
    ["{ source: [10.1.0.0/16, 10.0.0.0/16, 10.0.3.4], action: drop }", ["ip saddr 10.0.0.0/15 drop"]],
    ["{ source: [10.0.0.1, '2001:db8::/32'], action: drop }", ["ip saddr 10.0.0.1 drop", "ip6 saddr 2001:db8::/32 drop"]],
    ["{ source: '!10.0.0.0/8', destination: 0.0.0.0/0, action: drop }", ["ip saddr != 10.0.0.0/8 drop"]],
    ["{ destination: 0.0.0.0/0, action: drop }", ["meta nfproto ipv4 drop"]],
    ["{ protocol: udp, source-ports: 53, ports: [2000, 1999, 1024-1998], action: drop }", ["udp sport 53 udp dport 1024-2000 drop"]],
    ["{ protocol: [udp, tcp], ports: 53, action: accept }", ["meta l4proto { tcp, udp } th dport 53 accept"]],
    ["{ protocol: [icmpv6, 50, 200], action: accept }", ["meta l4proto { esp, ipv6-icmp, 200 } accept"]],
    ["{ icmp: [echo-request, 0], icmpv6: packet-too-big, action: drop }", ["icmp type { echo-reply, echo-request } drop", "icmpv6 type packet-too-big drop"]],
    ["{ state: [new, invalid], family: ipv6, action: drop }", ["meta nfproto ipv6 ct state invalid,new drop"]],
    ["{ protocol: tcp, action: reject }", ["meta l4proto tcp reject with tcp reset"]],
    ["{ source: 10.0.0.1, action: reject }", ["ip saddr 10.0.0.1 reject with icmp port-unreachable"]],
    ["{ limit: 5/minute, counter: c, action: accept, comment: why }", [`limit rate 5/minute counter name "c" accept comment "why"`]],
    ["{ log: { prefix: 'x ', level: debug, limit: 1/hour }, action: drop }", [`limit rate 1/hour log prefix "x " level debug`, "drop"]],
  ])("%s", (rule, compiled) => expect(rules(rule)).toEqual(compiled));
});

describe("the chains", () => {
  it("let answers and IPv6 neighbours through before any rule, and drop by default", () => {
    expect(lines("firewall: { input: {} }")).toEqual([
      "table inet nuse {",
      "chain input {",
      "type filter hook input priority filter; policy drop;",
      `iifname "lo" accept`,
      "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept",
      "icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } ip6 hoplimit 1 accept",
      "ct state established,related accept",
      "ct state invalid drop",
      "}",
      "}",
    ]);
  });

  it("judge invalid packets by the rules if they are told so", () => {
    expect(lines("firewall: { invalid: accept, forward: {} }")).not.toContain("ct state invalid drop");
  });

  it("are there only when they are named, and a flowtable needs forward", () => {
    expect(lines("firewall: { flowtable: true }")).toContain("meta l4proto { tcp, udp } ct state established flow add @fast");
    expect(firewall("firewall: {}").blocks).toEqual([]);
  });
});

describe("a fault of the firewall", () => {
  it.each([
    ["firewall: { input: { rules: [{ in: lan1, action: drop }] } }", /nuse\.yaml:4:36: there is no interface or zone lan1\n.*did you mean lan0\?/],
    ["firewall: { zones: { lan: [eth9] } }", /4:28: there is no interface or zone eth9/],
    ["firewall: { zones: { lan0: [wan0] } }", /lan0 is an interface already/],
    ["firewall: { input: { rules: [{ source: '@admin', action: drop }] } }", /there is no set admin/],
    ["firewall: { sets: { web: { type: port } }, input: { rules: [{ source: '@web', action: drop }] } }", /the set web is of type port/],
    ["firewall: { input: { rules: [{ source: 10.0.0.1/8, action: drop }] } }", /10\.0\.0\.0\/8 would be right/],
    ["firewall: { input: { rules: [{ source: 10.0.0.1, destination: '::1', action: drop }] } }", /4:30: no packet can match: source is IPv4, destination is IPv6/],
    ["firewall: { input: { rules: [{ source: 10.0.0.1, icmpv6: echo-request, action: drop }] } }", /no packet can match/],
    ["firewall: { input: { rules: [{ source: '!::/0', action: drop }] } }", /no IPv6 packet can match/],
    ["firewall: { input: { rules: [{ source: ['!::1', '::2'], action: drop }] } }", /some have a !/],
    ["firewall: { input: { rules: [{ protocol: tcp, ports: 65536, action: drop }] } }", /4:54: 65536 is not a port\n.*0 to 65535/],
    ["firewall: { input: { rules: [{ protocol: tcp, ports: 9-8, action: drop }] } }", /9-8 ends before it begins/],
    ["firewall: { input: { rules: [{ ports: 80, action: drop }] } }", /ports are of a protocol/],
    ["firewall: { input: { rules: [{ protocol: esp, ports: 80, action: drop }] } }", /esp has no ports/],
    ["firewall: { input: { rules: [{ protocol: tpc, action: drop }] } }", /tpc is not a protocol\n.*known: icmp, igmp, tcp/],
    ["firewall: { input: { rules: [{ icmp: echo-requst, action: drop }] } }", /did you mean echo-request\?/],
    ["firewall: { input: { rules: [{ out: wan0, action: drop }] } }", /leaves by no interface/],
    ["firewall: { input: { rules: [{ action: discard }] } }", /expected accept, drop or reject/],
    ["firewall: { input: { rules: [{ comment: 'a\"b', action: drop }] } }", /without quotation marks/],
    ["firewall: { sets: { s: { type: ipv4, elements: ['::1'] } } }", /4:49: ::1 is not of the set's type ipv4/],
    ["firewall: { sets: { s: { type: ipv4, timeout: 1h } } }", /are of dynamic sets/],
    ["firewall: { sets: { s: { type: ipv6, dynamic: true } }, input: { rules: [{ family: ipv4, learn: s, action: drop }] } }", /learns ipv6 addresses only/],
    ["firewall: { flowtable: [lan9] }", /4:25: there is no interface lan9/],
    ["firewall: { nft: 'flush ruleset' }", /not "flush ruleset"/],
    ["firewall: { nft: 'table inet nuse-x { }' }", /nuse-x is reserved/],
    ["nat: { snat: [{ to: 10.0.0.0/33 }] }", /4:21: 10\.0\.0\.0\/33 is not an address/],
    ["nat: { dnat: [{ to: '10.0.0.1:http' }] }", /http is not a port/],
    ["nat: { dnat: [{ to: '10.0.0.1:80' }] }", /a port is of a protocol/],
    ["nat: { dnat: [{ source: '::1', to: 10.0.0.1 }] }", /no packet can match: source is IPv6, to is IPv4/],
    ["nat: { forward: [{ in: wan0, ports: 80 }] }", /lacks to/],
  ])("is told at its place: %s", (text, message) => expect(faults(text)).toMatch(message));
});

describe("ranges of addresses", () => {
  const range = (text: string): AddressRange => {
    const parsed = parseAddressRange(text);
    if ("fault" in parsed) throw new Error(parsed.fault);
    return parsed.value;
  };

  it.each(["10.0.0.1", "10.0.0.0/8", "10.0.0.3-10.0.1.9", "2001:db8::/33", "::-::ffff:0:2"])("%s is written as it is read", (text) => {
    expect(formatAddressRange(range(text))).toBe(text);
  });

  it("are united where they meet", () => {
    const united = unite(["10.0.1.0/24", "10.0.0.0/24", "10.0.3.0/24", "10.0.0.7"].map(range));
    expect(united.map(formatAddressRange)).toEqual(["10.0.0.0/23", "10.0.3.0/24"]);
  });
});

describe("text in nft's language", () => {
  it("declares the tables that nused then owns", () => {
    const text = `firewall:\n  nft: |\n    define a = 1 # table ip no { }\n    table b { chain c { log prefix "table ip no {" }\n    }\n    table netdev d {\n    }\n`;
    expect(firewall(text).raw?.tables).toEqual(["ip b", "netdev d"]);
  });
});

describe("a change", () => {
  const sets = (elements: string, more = ""): string =>
    `firewall: { sets: { a: { type: ipv4, elements: [${elements}] }, d: { type: ipv4, dynamic: true${more} } }, forward: { rules: [{ counter: c, action: drop }] } }`;
  const script = (from: string, to: string): string =>
    changeScript({ own: firewall(from).blocks, rawTables: [] }, firewall(to), { own: true, raw: false }).text;

  it("sends a set's elements only when they are others", () => {
    expect(script(sets("10.0.0.1"), sets("10.0.0.1"))).not.toContain("10.0.0.1");
    expect(script(sets("10.0.0.1"), sets("10.0.0.2"))).toMatch(/flush set inet nuse a[^]*elements = \{ 10\.0\.0\.2 \}/);
  });

  it("makes a set anew that has become another, and no counter", () => {
    const text = script(sets("10.0.0.1"), sets("10.0.0.1", ", timeout: 1h"));
    expect(text).toContain("delete set inet nuse d");
    expect(text).not.toContain("delete set inet nuse a");
    expect(text).not.toContain("delete counter");
  });

  it("is told in words", () => {
    const blocks = (text: string) => firewall(text).blocks;
    expect(differences(blocks(sets("10.0.0.1, 10.0.0.2")), blocks(sets("10.0.0.3").replace("action: drop", "action: accept")))).toEqual([
      "~ set a: 1 element more, 2 elements less",
      `- forward: counter name "c" drop`,
      `+ forward: counter name "c" accept`,
    ]);
  });
});

describe("a listing", () => {
  it("is the same whatever a dynamic set has learned, and another when a rule is", () => {
    const listing = (elements: string, rule: string): string => parseListing(
      `table inet nuse {\n\tset d {\n\t\ttype ipv4_addr\n\t\tflags dynamic,timeout\n\t\ttimeout 1h\n\t\telements = { ${elements} }\n\t}\n\n\tchain c {\n\t\t${rule}\n\t}\n}\n`,
    )[0]!.canonical;
    const first = listing("10.0.0.1 timeout 1h,\n\t\t\t     10.0.0.2 timeout 1h", "accept");
    expect(listing("10.0.0.3 timeout 1h", "accept")).toBe(first);
    expect(listing("10.0.0.1 timeout 1h", "drop")).not.toBe(first);
  });

  it("tells every kind of object", () => {
    const listing = (helper: string): string => parseListing(`table ip t {\n\tct helper h {\n\t\ttype "${helper}" protocol tcp\n\t\tl3proto ip\n\t}\n}\n`)[0]!.canonical;
    expect(listing("ftp")).not.toBe(listing("sip"));
  });
});
