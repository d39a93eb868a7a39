// SPDX-License-Identifier: GPL-2.0-only

import { inspect } from "node:util";
import { describe as group, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { parseAddress, parsePrefix } from "../../control/net/address.js";
import { plan } from "../../control/plan/plan.js";
import type { RunningAddress } from "../../control/sections/addresses/state.js";
import type { RunningLink } from "../../control/sections/links/state.js";
import type { Route } from "../../control/sections/routes/state.js";
import type { State } from "../../control/sections/state.js";

const config = (text: string): Config =>
  readConfig(`ports:\n  wan0: { device: "raw:eth1" }\n${text}`, "nuse.yaml");

interface Running {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly original?: { readonly mtu?: number };
  readonly links?: readonly RunningLink[];
  readonly addresses?: readonly RunningAddress[];
  readonly routes?: readonly Route[];
  readonly sysctl?: Readonly<Record<string, string>>;
  /** What sysctls were before the configuration set them. */
  readonly originals?: Readonly<Record<string, string>>;
}

const link = (name: string, more: Partial<RunningLink> = {}): RunningLink => ({
  index: 2, name, up: true, mtu: 1500, mac: "02:00:00:00:00:01", description: "", master: undefined,
  link: { kind: "port" }, owned: false, vlans: [], original: {}, ...more,
});

/** A state with lo up and wan0 as said. */
function state({ up = true, mtu = 1500, addresses = [], routes = [], sysctl = {}, originals = {}, links = [], original = {} }: Running): State {
  const all = [link("lo", { index: 1, mtu: 65536 }), link("wan0", { up, mtu, original }), ...links];
  return {
    links: new Map(all.map((one) => [one.name, one])),
    addresses: new Map([["wan0", addresses]]),
    routes,
    firewall: { marker: undefined, own: undefined, raw: [] },
    rules: [],
    neighbours: [],
    wireguard: new Map(),
    sysctl: new Map(Object.entries(sysctl).map(([name, value]) => [name, { value, original: originals[name] }])),
    qos: new Map(),
  };
}

const owned = (text: string): RunningAddress => ({ prefix: parsePrefix(text)!, owned: true });
const learned = (text: string): RunningAddress => ({ prefix: parsePrefix(text)!, owned: false });
const route = (to: string, via: string, metric = 0): Route => ({
  to: parsePrefix(to)!, type: "unicast", metric, table: 254, src: undefined, mtu: undefined, advmss: undefined,
  hops: [{ via: parseAddress(via), interface: "wan0", weight: 1, onlink: false }],
});
const steps = (running: State, wanted: Config): string[] => plan(running, wanted).map(({ words }) => words);

group("a plan", () => {
  const wanted = config(
    "interfaces:\n  wan0: { mtu: 9000, addresses: [192.0.2.2/30] }\n" +
      "routes:\n  - { to: default, via: 192.0.2.1 }\nsysctl: { net.ipv4.ip_forward: 1 }\n",
  );

  it("sets up an instance that has nothing yet, each step after what it needs", () => {
    expect(steps(state({ up: false, sysctl: { "net/ipv4/ip_forward": "0" } }), wanted)).toEqual([
      "set the MTU of wan0 to 9000 (was 1500)",
      "set net/ipv4/ip_forward to 1 (was 0)",
      "set wan0 up",
      "add 192.0.2.2/30 to wan0",
      "route 0.0.0.0/0 via 192.0.2.1 on wan0",
    ]);
  });

  it("is empty when everything is as wanted", () => {
    const running = state({
      mtu: 9000,
      addresses: [owned("192.0.2.2/30"), learned("fe80::1/64")],
      routes: [route("0.0.0.0/0", "192.0.2.1")],
      sysctl: { "net/ipv4/ip_forward": "1" },
    });
    expect(steps(running, wanted)).toEqual([]);
  });

  it("adds the new address before it deletes the old one", () => {
    const running = state({ addresses: [owned("198.51.100.1/24")] });
    expect(steps(running, config("interfaces:\n  wan0: { addresses: [192.0.2.2/30] }\n"))).toEqual([
      "add 192.0.2.2/30 to wan0",
      "delete 198.51.100.1/24 from wan0",
    ]);
  });

  it("leaves addresses that the network or the kernel gave", () => {
    const running = state({ addresses: [learned("2001:db8::abcd/64"), learned("fe80::1/64")] });
    expect(steps(running, config("interfaces:\n  wan0: {}\n"))).toEqual([]);
  });

  it("leaves interfaces alone that the configuration does not name", () => {
    expect(steps(state({ up: false, addresses: [owned("192.0.2.9/24")] }), config(""))).toEqual([]);
  });

  it("replaces a route whose next hop changed and deletes one that is gone", () => {
    const running = state({
      mtu: 9000,
      addresses: [owned("192.0.2.2/30")],
      routes: [route("0.0.0.0/0", "192.0.2.9"), route("10.0.0.0/8", "192.0.2.1")],
      sysctl: { "net/ipv4/ip_forward": "1" },
    });
    expect(steps(running, wanted)).toEqual([
      "route 0.0.0.0/0 via 192.0.2.1 on wan0",
      "delete the route 10.0.0.0/8 via 192.0.2.1 on wan0",
    ]);
  });

  it("knows that an IPv6 route without a metric gets 1024", () => {
    const six = config('interfaces:\n  wan0: { addresses: ["2001:db8::2/64"] }\nroutes:\n  - { to: default, via: "2001:db8::1" }\n');
    const running = state({ addresses: [owned("2001:db8::2/64")], routes: [route("::/0", "2001:db8::1", 1024)] });
    expect(steps(running, six)).toEqual([]);
  });

  it("compares sysctls by their words, not their spaces", () => {
    const running = state({ sysctl: { "net/ipv4/tcp_rmem": "4096\t131072\t6291456" } });
    expect(steps(running, config("sysctl: { net.ipv4.tcp_rmem: 4096 131072 6291456 }\n"))).toEqual([]);
  });

  it("gives a sysctl that is no longer named the value it had", () => {
    const running = state({ sysctl: { "net/ipv4/ip_forward": "1" }, originals: { "net/ipv4/ip_forward": "0" } });
    expect(steps(running, config(""))).toEqual(["set net/ipv4/ip_forward to 0 (was 1)"]);
  });

  it("sets an interface down last", () => {
    const running = state({ addresses: [owned("192.0.2.9/24")] });
    expect(steps(running, config("interfaces:\n  wan0: { up: false }\n")).at(-1)).toBe("set wan0 down");
  });

  it("gives an interface whose MTU is no longer named the one it had", () => {
    expect(steps(state({ mtu: 9000, original: { mtu: 1500 } }), config(""))).toEqual([]);
    expect(steps(state({ mtu: 9000, original: { mtu: 1500 } }), config("interfaces: { wan0: {} }\n"))).toEqual(["set the MTU of wan0 to 1500 (was 9000)"]);
  });
});

const vlan = (name: string, parent: string, id: number) =>
  link(name, { owned: true, link: { kind: "vlan", parent, id, protocol: "802.1Q" } });

group("a plan of links", () => {
  it("makes parents before what stands on them", () => {
    const wanted = config("interfaces:\n  top: { type: macvlan, parent: v10 }\n  v10: { type: vlan, parent: br0, id: 10 }\n  br0: { type: bridge, members: [wan0] }\n");
    expect(steps(state({}), wanted).filter((words) => words.startsWith("create"))).toEqual([
      "create the bridge br0", "create v10, VLAN 10 of br0", "create top, a macvlan of v10",
    ]);
  });

  it("deletes what stands on a link before the link", () => {
    const links = [link("br0", { owned: true, link: { kind: "bridge", vlanFiltering: false, stp: false, ageing: 300 } }), vlan("v10", "br0", 10)];
    expect(steps(state({ links }), config(""))).toEqual(["delete the vlan v10", "delete the bridge br0"]);
  });

  it("leaves links alone that somebody else made", () => {
    expect(steps(state({ links: [{ ...vlan("v10", "wan0", 10), owned: false }] }), config(""))).toEqual([]);
  });

  it("makes a link anew when what cannot be changed differs, with what stands on it, and says what is lost", () => {
    const links = [vlan("v10", "wan0", 10), { ...vlan("v11", "v10", 11) }];
    const wanted = config("interfaces:\n  v10: { type: vlan, parent: wan0, id: 20 }\n  v11: { type: vlan, parent: v10, id: 11 }\n");
    const planned = plan(state({ links }), wanted);
    expect(planned.map(({ words }) => words)).toEqual([
      "delete the vlan v11, to make it anew", "delete the vlan v10, to make it anew",
      "create v10, VLAN 20 of wan0", "create v11, VLAN 11 of v10", "set v10 up", "set v11 up",
    ]);
    expect(planned[0]?.loss).toBe("v11 forwards nothing until it is there again");
  });

  it("adds addresses and routes of a link that is made anew again", () => {
    const running = state({ links: [vlan("v10", "wan0", 10)], routes: [{ ...route("10.0.0.0/8", "192.0.2.1"), hops: [{ via: parseAddress("192.0.2.1"), interface: "v10", weight: 1, onlink: false }] }] });
    const text = (id: number) => `interfaces:\n  v10: { type: vlan, parent: wan0, id: ${id}, addresses: [192.0.2.2/24] }\nroutes:\n  - { to: 10.0.0.0/8, via: 192.0.2.1 }\n`;
    const there: State = { ...running, addresses: new Map([["v10", [owned("192.0.2.2/24")]]]) };
    expect(steps(there, config(text(10)))).toEqual([]);
    expect(steps(there, config(text(20)))).toEqual(expect.arrayContaining(["add 192.0.2.2/24 to v10", "route 10.0.0.0/8 via 192.0.2.1 on v10"]));
  });

  it("deletes first what is in the way: two interfaces cannot be the same VLAN", () => {
    const wanted = config("interfaces:\n  new: { type: vlan, parent: wan0, id: 10 }\n");
    expect(steps(state({ links: [vlan("old", "wan0", 10)] }), wanted).slice(0, 2)).toEqual(["delete the vlan old", "create new, VLAN 10 of wan0"]);
  });

  it("changes in place what can be changed", () => {
    const links = [link("br0", { owned: true, link: { kind: "bridge", vlanFiltering: false, stp: false, ageing: 300 } })];
    expect(steps(state({ links }), config("interfaces:\n  br0: { type: bridge, stp: true, ageing: 60 }\n"))).toEqual(["change stp, ageing of br0"]);
  });

  it("gives a bond its primary when it has its members", () => {
    const wanted = config("interfaces:\n  bond0: { type: bond, mode: active-backup, members: [wan0], primary: wan0 }\n");
    const words = steps(state({}), wanted);
    expect(words.indexOf("change primary of bond0")).toBeGreaterThan(words.indexOf("put wan0 into bond0"));
  });

  it("joins VLANs into ranges", () => {
    const members = "interfaces:\n  br0: { type: bridge, vlan-filtering: true, members: [{ name: wan0, pvid: 5, vlans: [10-12, 13, 20] }] }\n";
    expect(steps(state({}), config(members))).toContain("add VLANs to wan0: 5 pvid untagged, 10-13, 20");
  });

  it("never shows a key", () => {
    const key = "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8=";
    const wanted = config(`interfaces:\n  wg0: { type: wireguard, private-key: ${key} }\n`);
    const planned = plan(state({}), wanted);
    const hex = Buffer.from(key, "base64").toString("hex");
    for (const text of [JSON.stringify(planned), inspect(planned, { depth: 9 }), JSON.stringify(wanted), inspect(wanted, { depth: 9 })]) {
      expect(text).not.toContain(key);
      expect(text.replaceAll(" ", "")).not.toContain(hex);
    }
    expect(planned.map(({ words }) => words)).toContain("set WireGuard wg0: its private key");
  });
});
