// SPDX-License-Identifier: GPL-2.0-only
// What a configuration of links, routes and rules means, and what is wrong with one.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { withoutPorts } from "../../control/config/without.js";
import { formatError } from "../../control/errors.js";
import { formatPrefix } from "../../control/net/address.js";

const ports = 'ports: { wan0: { device: "raw:eth1" }, lan0: { device: "raw:eth2" }, lan1: { device: "raw:eth3" } }\n';
const key = "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8=";

const read = (text: string): Config => readConfig(ports + text, "nuse.yaml");
const link = (config: Config, name: string) => config.interfaces.find((one) => one.name === name);

function complaint(text: string): string {
  try {
    read(text);
  } catch (error) {
    return formatError(error);
  }
  return "no complaint";
}

describe("a configuration", () => {
  it("completes each kind of link with its defaults", () => {
    const config = read(
      "interfaces:\n  v10: { type: vlan, parent: lan0, id: 10 }\n  br0: { type: bridge, members: [lan1] }\n" +
        "  bond0: { type: bond, mode: 802.3ad }\n  x0: { type: vxlan, id: 7 }\n  g0: { type: gre, local: 192.0.2.1, remote: 192.0.2.2 }\n",
    );
    expect(link(config, "v10")?.link).toEqual({ kind: "vlan", parent: "lan0", id: 10, protocol: "802.1Q" });
    expect(link(config, "br0")?.link).toEqual({ kind: "bridge", vlanFiltering: false, stp: false, ageing: 300 });
    expect(link(config, "bond0")?.link).toMatchObject({ mode: "802.3ad", miimon: 100, lacpRate: "slow", hashPolicy: "layer2" });
    expect(link(config, "x0")?.link).toMatchObject({ port: 4789, learning: true, ttl: 64 });
    expect(link(config, "g0")?.link).toMatchObject({ ttl: 64, key: undefined, parent: undefined });
  });

  it("brings up the ports that others stand on", () => {
    const config = read("interfaces:\n  v10: { type: vlan, parent: lan0, id: 10 }\n  br0: { type: bridge, members: [lan1] }\n");
    expect(link(config, "lan0")).toMatchObject({ up: true, master: undefined });
    expect(link(config, "lan1")).toMatchObject({ up: true, master: "br0" });
  });

  it("expands VLANs of a bridge's members, and puts the others into VLAN 1", () => {
    const config = read("interfaces:\n  br0: { type: bridge, vlan-filtering: true, members: [lan0, { name: lan1, pvid: 10, vlans: [20-22] }] }\n");
    expect(link(config, "lan0")?.vlans).toEqual([{ id: 1, pvid: true, untagged: true }]);
    expect(link(config, "lan1")?.vlans.map(({ id, pvid, untagged }) => [id, pvid, untagged])).toEqual([
      [10, true, true], [20, false, false], [21, false, false], [22, false, false],
    ]);
  });

  it("finds the interface of a next hop, in the VRF of the route", () => {
    const config = read(
      "interfaces:\n  red: { type: vrf, table: 100 }\n  lan0: { vrf: red, addresses: [10.0.0.1/24] }\n  lan1: { addresses: [10.0.0.1/24] }\n" +
        "routes:\n  - { to: default, via: 10.0.0.2, vrf: red }\n  - { to: default, via: [{ via: 10.0.0.2, weight: 3 }, { interface: wan0 }] }\n",
    );
    expect(config.routes[0]).toMatchObject({ table: 100, hops: [{ interface: "lan0" }] });
    expect(config.routes[1]).toMatchObject({ table: 254, hops: [{ interface: "lan1", weight: 3 }, { interface: "wan0", weight: 1 }] });
  });

  it("makes a rule without addresses one of both families", () => {
    expect(read("rules: [{ priority: 5, fwmark: 1, table: 9 }]\n").rules.map(({ family, mark }) => [family, mark])).toEqual([
      [4, { value: 1, mask: 0xffffffff }], [6, { value: 1, mask: 0xffffffff }],
    ]);
  });

  it("takes keys out of files beside it, and keeps them to itself", () => {
    const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
    try {
      writeFileSync(join(dir, "wg.key"), `${key}\n`);
      const config = readConfig(`${ports}interfaces:\n  wg0: { type: wireguard, private-key-file: wg.key }\n`, join(dir, "nuse.yaml"));
      expect(JSON.stringify(config.interfaces)).toContain('"privateKey":"(secret)"');
      expect(JSON.stringify(config)).not.toContain(key);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe("refused with its place and a hint is", () => {
  const lan = "interfaces:\n  lan0: { addresses: [10.0.0.1/24] }\n";
  it.each([
    ["a type nobody knows", "interfaces:\n  v0: { type: vlam }\n", /:3:15: interfaces\.v0\.type: "vlam" is not one of the choices\n {2}hint: did you mean vlan\?/],
    ["a key of another type", "interfaces:\n  v0: { type: vlan, parent: lan0, id: 1, table: 5 }\n", /:3:42: unknown key table/],
    ["a VLAN without an id", "interfaces:\n  v0: { type: vlan, parent: lan0 }\n", /:3:7: interfaces\.v0 lacks id\n {2}hint: id is a VLAN/],
    ["a parent that is not there", "interfaces:\n  v0: { type: vlan, parent: lan9, id: 1 }\n", /:3:29: there is no interface lan9\n {2}hint: did you mean lan0\?/],
    ["a member that is not there", "interfaces:\n  br0: { type: bridge, members: [lan7] }\n", /:3:34: there is no interface lan7\n {2}hint: did you mean/],
    ["a member of two bridges", "interfaces:\n  a: { type: bridge, members: [lan0] }\n  b: { type: bridge, members: [lan0] }\n", /:4:32: lan0 is in a already/],
    ["a member with addresses", `${lan}  br0: { type: bridge, members: [lan0] }\n`, /:3:22: lan0 is in the bridge br0.*\n {2}hint: give them to br0/],
    ["a circle", "interfaces:\n  a: { type: vlan, parent: b, id: 1 }\n  b: { type: vlan, parent: a, id: 1 }\n", /:3:6: a stands on itself: a, on b, on a/],
    ["a circle through a bridge", "interfaces:\n  br0: { type: bridge, members: [v1] }\n  v1: { type: vlan, parent: br0, id: 1 }\n", /br0 stands on itself: br0, on v1, on br0/],
    ["a VRF that is not there", "interfaces:\n  red: { type: vrf, table: 9 }\n  lan0: { vrf: rad }\n", /:4:16: there is no VRF rad\n {2}hint: did you mean red\?/],
    ["a VRF with the main table", "interfaces:\n  red: { type: vrf, table: 254 }\n", /:3:28: 254 is the table main/],
    ["two VRFs of one table", "interfaces:\n  red: { type: vrf, table: 9 }\n  blue: { type: vrf, table: 9 }\n", /blue is the same as red/],
    ["the same VLAN twice", "interfaces:\n  a: { type: vlan, parent: lan0, id: 1 }\n  b: { type: vlan, parent: lan0, id: 1 }\n", /b is the same as a: VLAN 1/],
    ["an MTU over the parent's", "interfaces:\n  lan0: { mtu: 1500 }\n  v: { type: vlan, parent: lan0, id: 1, mtu: 9000 }\n", /:4:46: v has an MTU of 9000, its parent lan0 one of 1500\n {2}hint: at most 1500/],
    ["IPv6 with too small an MTU", "interfaces:\n  lan0: { mtu: 1000, addresses: ['2001:db8::1/64'] }\n", /:3:16: IPv6 needs an MTU of 1280/],
    ["the same address twice", `${lan}  lan1: { addresses: [10.0.0.1/32] }\n`, /:4:23: 10\.0\.0\.1 is an address of lan0 already/],
    ["networks that overlap", `${lan}  lan1: { addresses: [10.0.0.129/25] }\n`, /:4:23: 10\.0\.0\.129\/25 overlaps 10\.0\.0\.1\/24 of lan0/],
    ["a veth without its other end", "interfaces:\n  a: { type: veth, peer: b }\n", /:3:26: b is not the other end of a\n {2}hint: .*peer: a/],
    ["a tunnel without ends", "interfaces:\n  g: { type: gre, local: 192.0.2.1 }\n", /:3:6: a tunnel of type gre lacks remote/],
    ["a tunnel over the other family", "interfaces:\n  g: { type: gre, local: 192.0.2.1, remote: '2001:db8::1' }\n", /:3:45: 2001:db8::1 is not an IPv4 address/],
    ["a name of the kernel's", "interfaces:\n  gre0: { type: dummy }\n", /the kernel has a gre0 of its own/],
    ["a bridge in a bridge", "interfaces:\n  a: { type: bridge }\n  b: { type: bridge, members: [a] }\n", /a cannot be in the bridge b/],
    ["a VLAN of a tunnel without frames", "interfaces:\n  g: { type: gre, local: 192.0.2.1, remote: 192.0.2.2 }\n  v: { type: vlan, parent: g, id: 1 }\n", /g carries no Ethernet frames/],
    ["a primary that is no member", "interfaces:\n  b: { type: bond, mode: active-backup, members: [lan0], primary: lan1 }\n", /:3:67: lan1 is not a member/],
    ["LACP in another mode", "interfaces:\n  b: { type: bond, lacp-rate: fast }\n", /LACP is not spoken in mode balance-rr/],
    ["a next hop off the link", `${lan}routes:\n  - { to: default, via: 192.0.2.1 }\n`, /:5:25: the next hop 192\.0\.2\.1 is on no configured network\n {2}hint: .*onlink/],
    ["a next hop in another VRF", "interfaces:\n  red: { type: vrf, table: 9 }\n  lan0: { vrf: red, addresses: [10.0.0.1/24] }\n  lan1: { addresses: [10.1.0.1/24] }\nroutes:\n  - { to: default, via: 10.1.0.2, vrf: red }\n", /:7:25: the next hop 10\.1\.0\.2 is on no configured network/],
    ["an interface of another VRF than the route's", "interfaces:\n  red: { type: vrf, table: 9 }\n  blue: { type: vrf, table: 8 }\n  lan0: { vrf: blue }\nroutes:\n  - { to: 10.0.0.0/8, interface: lan0, table: 9 }\n", /:7:5: the route is in the table of red, but lan0 is in blue/],
    ["a blackhole with a next hop", `${lan}routes:\n  - { to: 10.9.0.0/16, type: blackhole, via: 10.0.0.2 }\n`, /:5:5: a blackhole route leads nowhere/],
    ["a route twice", `${lan}routes:\n  - { to: 10.9.0.0/16, via: 10.0.0.2 }\n  - { to: 10.9.0.0/16, via: 10.0.0.3 }\n`, /:6:5: a second route to 10\.9\.0\.0\/16 with the same metric\n {2}hint: several next hops/],
    ["a rule of two families", "rules:\n  - { priority: 1, from: 10.0.0.0/8, to: '2001:db8::/32', table: 1 }\n", /the rule is about IPv4 and IPv6 at once/],
    ["a rule that leads nowhere", "rules:\n  - { priority: 1, from: 10.0.0.0/8 }\n", /the rule leads to no table/],
    ["a neighbour without an address of its link", "neighbours:\n  - { address: 10.0.0.1, interface: lan0 }\n", /neither or both of mac and proxy/],
    ["WireGuard without a key", "interfaces:\n  wg0: { type: wireguard }\n", /a WireGuard interface lacks its private key/],
    ["a key file that is not there", "interfaces:\n  wg0: { type: wireguard, private-key-file: /nowhere }\n", /:3:45: cannot read \/nowhere/],
  ])("%s", (_name, text, expected) => {
    expect(complaint(text)).toMatch(expected);
  });

  it("a broken key, which is not shown", () => {
    const text = complaint(`interfaces:\n  wg0: { type: wireguard, private-key: ${key.slice(1)} }\n`);
    expect(text).toMatch(/:3:40: interfaces\.wg0\.private-key: what is there is not of the right form/);
    expect(text).not.toContain(key.slice(1, 20));
  });

  it("a key in a place of the wrong form, which is not shown either", () => {
    expect(complaint(`interfaces:\n  wg0: { type: wireguard, peers: { private-key: ${key} } }\n`)).not.toContain(key.slice(0, 20));
  });
});

describe("without ports that are absent", () => {
  const config = read(
    "interfaces:\n  lan0: { addresses: [10.0.0.1/24] }\n  lan1: { addresses: [10.1.0.1/24] }\n  v10: { type: vlan, parent: wan0, id: 10, addresses: [10.2.0.1/24] }\n" +
      "  m0: { type: macvlan, parent: v10 }\n  br0: { type: bridge }\n" +
      "routes:\n  - { to: 10.10.0.0/16, via: [{ via: 10.0.0.2 }, { via: 10.2.0.2 }] }\n  - { to: 10.11.0.0/16, via: 10.2.0.2 }\n  - { to: 10.12.0.0/16, type: blackhole }\n" +
      "neighbours:\n  - { address: 10.2.0.2, interface: v10, proxy: true }\nsysctl:\n  net/ipv4/conf/v10/rp_filter: 0\n  net.ipv4.ip_forward: 1\n",
  );
  it("what hangs on them is left out, and the rest stays", () => {
    const left = withoutPorts(config, new Set(["wan0"]));
    expect(left.interfaces.map(({ name }) => name)).toEqual(["lan0", "lan1", "br0"]);
    expect(left.routes.map(({ to, hops }) => [formatPrefix(to), hops.length])).toEqual([["10.10.0.0/16", 1], ["10.12.0.0/16", 0]]);
    expect(left.neighbours).toEqual([]);
    expect([...left.sysctls.keys()]).toEqual(["net/ipv4/ip_forward"]);
    expect(left.ports).toHaveLength(3);
  });
  it("a flowtable goes on with the devices that are there", () => {
    const two = readConfig('ports: { wan0: { device: "raw:a" }, lan0: { device: "raw:b" } }\nfirewall: { flowtable: true }\n', "nuse.yaml");
    const devices = (config: Config): string[] => config.firewall.blocks.filter(({ kind }) => kind === "flowtable").flatMap(({ head }) => head);
    expect(devices(two).join()).toContain('devices = { "lan0", "wan0" }');
    expect(devices(withoutPorts(two, new Set(["wan0"]))).join()).toContain('devices = { "lan0" }');
    expect(devices(withoutPorts(two, new Set(["wan0", "lan0"])))).toEqual([]);
  });

  it("nothing changes when none is", () => {
    expect(withoutPorts(config, new Set())).toBe(config);
  });
});
