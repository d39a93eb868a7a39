// SPDX-License-Identifier: GPL-2.0-only

import { describe as group, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { parseAddress, parsePrefix } from "../../control/net/address.js";
import { plan } from "../../control/plan/plan.js";
import type { RunningAddress } from "../../control/sections/addresses/state.js";
import type { Route } from "../../control/sections/routes/state.js";
import type { State } from "../../control/sections/state.js";

const config = (text: string): Config =>
  readConfig(`ports:\n  wan0: { device: "raw:eth1" }\n${text}`, "nuse.yaml");

interface Running {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly addresses?: readonly RunningAddress[];
  readonly routes?: readonly Route[];
  readonly sysctl?: Readonly<Record<string, string>>;
  /** What sysctls were before the configuration set them. */
  readonly originals?: Readonly<Record<string, string>>;
}

/** A state with lo up and wan0 as said. */
function state({ up = true, mtu = 1500, addresses = [], routes = [], sysctl = {}, originals = {} }: Running): State {
  return {
    links: new Map([
      ["lo", { index: 1, name: "lo", up: true, mtu: 65536 }],
      ["wan0", { index: 2, name: "wan0", up, mtu }],
    ]),
    addresses: new Map([["wan0", addresses]]),
    routes,
    sysctl: new Map(Object.entries(sysctl).map(([name, value]) => [name, { value, original: originals[name] }])),
  };
}

const owned = (text: string): RunningAddress => ({ prefix: parsePrefix(text)!, owned: true });
const learned = (text: string): RunningAddress => ({ prefix: parsePrefix(text)!, owned: false });
const route = (to: string, via: string, metric = 0): Route => ({
  to: parsePrefix(to)!, via: parseAddress(via), interface: "wan0", metric,
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
      "route 0.0.0.0/0 via 192.0.2.1",
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
      "route 0.0.0.0/0 via 192.0.2.1",
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
});
