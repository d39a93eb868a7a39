// SPDX-License-Identifier: GPL-2.0-only
// What is applied to a real instance is there, and applying it again does nothing.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply, preview } from "../../control/apply/apply.js";
import { readState } from "../../control/apply/read.js";
import { Kernel } from "../../control/kernel/kernel.js";
import { Task } from "../../control/kernel/task.js";
import { dummy } from "../../control/netlink/kinds.js";
import { createLink, setUp } from "../../control/netlink/link.js";
import { NetlinkSocket } from "../../control/netlink/socket.js";
import { bootInstance } from "./instance.js";
import type { Instance } from "./instance.js";

let instance: Instance;
beforeAll(async () => {
  instance = await bootInstance(["wan0", "lan0", "lan1", "lan2"]);
});
afterAll(() => instance.stop());

/** Apply it on top of what is there; the words of the steps, and what is left to do. */
async function applied(text: string) {
  const config = instance.read(text);
  const steps = await apply([instance.kernel], config, undefined);
  const left = await preview([instance.kernel], config);
  return { steps: steps.map(({ words }) => words), left: left.map(({ words }) => words), state: await readState(instance.kernel, config) };
}

describe("an instance gets", () => {
  it.each([
    ["a VLAN on a port", "interfaces:\n  lan0: { mtu: 2000 }\n  v10: { type: vlan, parent: lan0, id: 10, addresses: [10.1.0.1/24], mtu: 1900, mac: '02:00:00:00:00:10' }\n"],
    ["a VLAN of another parent in its place", "interfaces:\n  v10: { type: vlan, parent: lan1, id: 10, protocol: 802.1ad, addresses: [10.1.0.1/24] }\n"],
    ["a bridge", "interfaces:\n  br0: { type: bridge, members: [lan0, lan1], stp: true, ageing: 60, addresses: [10.2.0.1/24] }\n"],
    ["a bridge that looks at VLANs", "interfaces:\n  br0: { type: bridge, vlan-filtering: true, vlans: [10], members: [{ name: lan0, pvid: 10 }, { name: lan1, vlans: [10, 20-29], untagged: [30] }, lan2] }\n  br0.10: { type: vlan, parent: br0, id: 10, addresses: [10.2.1.1/24] }\n"],
    ["a bond in the place of a bridge", "interfaces:\n  bond0: { type: bond, mode: active-backup, primary: lan1, members: [lan0, lan1], miimon: 200, addresses: [10.3.0.1/24] }\n  v20: { type: vlan, parent: bond0, id: 20 }\n"],
    ["a bond with LACP", "interfaces:\n  bond0: { type: bond, mode: 802.3ad, lacp-rate: fast, hash-policy: layer3+4, members: [lan0, lan2] }\n  v20: { type: vlan, parent: bond0, id: 20, addresses: [10.3.1.1/24] }\n"],
    ["VRFs", "interfaces:\n  red: { type: vrf, table: 100 }\n  blue: { type: vrf, table: 200 }\n  lan0: { vrf: red, addresses: [10.4.0.1/24, '2001:db8:4::1/64'] }\n  lan1: { vrf: blue, addresses: [10.4.0.1/24, '2001:db8:4::1/64'] }\nroutes:\n  - { to: default, via: 10.4.0.2, vrf: red }\n  - { to: default, via: 10.4.0.3, vrf: blue }\n  - { to: default, via: '2001:db8:4::2', vrf: red }\n"],
    ["dummy, ifb and veth", "interfaces:\n  d0: { type: dummy, addresses: [10.5.0.1/24], description: 'a sink' }\n  i0: { type: ifb }\n  a0: { type: veth, peer: b0, addresses: [10.6.0.1/24] }\n  b0: { type: veth, peer: a0, mtu: 1400 }\n"],
    ["macvlans", "interfaces:\n  m0: { type: macvlan, parent: lan0, addresses: [10.7.0.1/24] }\n  m1: { type: macvlan, parent: lan1, mode: private }\n"],
    ["tunnels", `interfaces:
  wan0: { addresses: [192.0.2.1/24, '2001:db8::1/64'] }
  g0: { type: gre, local: 192.0.2.1, remote: 192.0.2.2, key: 42, addresses: [10.8.0.1/30] }
  g1: { type: gretap, local: 192.0.2.1, remote: 192.0.2.3, ttl: 0 }
  g6: { type: ip6gre, local: '2001:db8::1', remote: '2001:db8::2', key: 7 }
  t0: { type: ipip, local: 192.0.2.1, remote: 192.0.2.2, parent: wan0 }
  s0: { type: sit, local: 192.0.2.1, remote: 192.0.2.2, ttl: 32 }
  t6: { type: ip6tnl, local: '2001:db8::1', remote: '2001:db8::2' }
  x0: { type: vxlan, id: 100, local: 192.0.2.1, remote: 192.0.2.9, learning: false }
  x1: { type: vxlan, id: 101, group: 239.1.1.1, parent: wan0, port: 8472 }
`],
    ["tunnels with other ends", `interfaces:
  wan0: { addresses: [192.0.2.1/24, '2001:db8::1/64'] }
  g0: { type: gre, local: 192.0.2.1, remote: 192.0.2.3, key: 42, addresses: [10.8.0.1/30] }
  g6: { type: ip6gre, local: '2001:db8::1', remote: '2001:db8::3', key: 8 }
  t0: { type: ipip, local: 192.0.2.1, remote: 192.0.2.5 }
  t6: { type: ip6tnl, local: '2001:db8::1', remote: '2001:db8::5', ttl: 9 }
  x0: { type: vxlan, id: 100, local: 192.0.2.1, remote: 192.0.2.9 }
`],
    ["WireGuard", `interfaces:
  wg0:
    type: wireguard
    private-key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
    listen-port: 51820
    fwmark: 3
    addresses: [10.9.0.1/24]
    peers:
      - public-key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
        endpoint: 192.0.2.9:51820
        allowed-ips: [10.9.0.2/32, '2001:db8:9::/64']
        keepalive: 25
        preshared-key: FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
`],
    ["WireGuard with another peer and key", `interfaces:
  wg0:
    type: wireguard
    private-key: IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
    addresses: [10.9.0.1/24]
    peers:
      - { public-key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=, endpoint: '[2001:db8::9]:1', allowed-ips: [0.0.0.0/0] }
`],
    ["routes of every kind", `interfaces:
  lan0: { addresses: [10.0.0.1/24, '2001:db8:10::1/64'] }
  lan1: { addresses: [10.0.1.1/24, '2001:db8:11::1/64'] }
routes:
  - { to: default, via: [{ via: 10.0.0.2, weight: 3 }, { via: 10.0.1.2 }], mtu: 1400, advmss: 1360 }
  - { to: default, via: [{ via: '2001:db8:10::2' }, { via: '2001:db8:11::2', weight: 2 }] }
  - { to: 10.10.0.0/16, type: blackhole }
  - { to: 10.11.0.0/16, type: unreachable, metric: 7 }
  - { to: '2001:db8:ff::/48', type: prohibit }
  - { to: 10.12.0.0/16, via: '2001:db8:10::2' }
  - { to: 10.13.0.0/16, via: 198.51.100.1, interface: lan0, onlink: true }
  - { to: 10.14.0.0/16, interface: lan0, src: 10.0.0.1, table: 77 }
  - { to: 10.15.0.0/16, via: 10.0.0.3, table: 1000 }
  - { to: '2001:db8:fe::/48', via: 'fe80::1', interface: lan0, metric: 5 }
rules:
  - { priority: 100, from: 10.0.0.0/24, table: 77 }
  - { priority: 101, fwmark: 5, fwmask: 0xff, table: 1000 }
  - { priority: 102, to: '2001:db8:bad::/48', action: prohibit }
  - { priority: 103, iif: lan0, oif: lan1, action: blackhole, family: ipv4 }
neighbours:
  - { address: 10.0.0.2, interface: lan0, mac: '02:00:00:00:00:02' }
  - { address: '2001:db8:10::2', interface: lan0, mac: '02:00:00:00:00:02' }
  - { address: 10.0.1.99, interface: lan1, proxy: true }
`],
    ["other routes in their places", `interfaces:
  lan0: { addresses: [10.0.0.1/24, '2001:db8:10::1/64'] }
  lan1: { addresses: [10.0.1.1/24, '2001:db8:11::1/64'] }
routes:
  - { to: default, type: blackhole }
  - { to: default, via: '2001:db8:10::3' }
  - { to: 10.10.0.0/16, via: 10.0.0.9 }
  - { to: '2001:db8:ff::/48', via: [{ via: '2001:db8:10::2' }, { via: '2001:db8:11::2' }] }
rules:
  - { priority: 100, from: 10.0.1.0/24, table: 77 }
neighbours:
  - { address: 10.0.0.2, interface: lan0, mac: '02:00:00:00:00:03' }
`],
    ["nothing", ""],
  ])("%s", async (_name, text) => {
    const first = await applied(text);
    expect(first.left).toEqual([]);
    expect((await applied(text)).steps).toEqual([]);
  });

  it("no link of the configuration's when it names none", async () => {
    const { state } = await applied("");
    expect([...state.links.values()].filter(({ owned }) => owned)).toEqual([]);
  });
});

const vlan = "interfaces:\n  v10: { type: vlan, parent: lan0, id: 10, addresses: [10.1.0.1/24] }\n";

describe("the configuration", () => {
  it("knows its links after the control plane has started anew, and leaves those of others", async () => {
    await applied(vlan);
    await instance.kernel.netlink.request(createLink("theirs", dummy()));
    const task = new Task(instance.engine.openClient(0));
    const anew = new Kernel(0, task, await NetlinkSocket.open(task), instance.kernel.nft);
    expect((await preview([anew], instance.read(""))).map(({ words }) => words)).toEqual(["delete the vlan v10"]);
    task.close();
  });

  it("before it is in force again when the kernel refuses a step", async () => {
    const good = instance.read(vlan);
    const bad = instance.read("interfaces:\n  lan0: { mtu: 1400 }\n  br0: { type: bridge, members: [lan0] }\nsysctl: { net.ipv4.no_such_thing: 1 }\n");
    await apply([instance.kernel], good, undefined);
    await expect(apply([instance.kernel], bad, good)).rejects.toMatchObject({
      code: "apply.failed", message: expect.stringMatching(/no_such_thing.*ENOENT/) as string, hint: "the configuration before it is in force again",
    });
    expect(await preview([instance.kernel], good)).toEqual([]);
    expect((await readState(instance.kernel, good)).links.get("lan0")).toMatchObject({ mtu: 1500, master: undefined });
  });

  it("shows what somebody changed behind its back, and corrects it when it is applied", async () => {
    await applied(vlan);
    await instance.kernel.netlink.request(setUp({ name: "v10", index: instance.kernel.index("v10") }, false));
    expect((await preview([instance.kernel], instance.read(vlan))).map(({ words }) => words)).toContain("set v10 up");
    expect((await applied(vlan)).left).toEqual([]);
  });
});
