// SPDX-License-Identifier: GPL-2.0-only
// What we tell the library kernel, it tells us back.

import { beforeAll, describe, expect, it } from "vitest";
import { netlink } from "../../../control/kernel/syscalls.js";
import { parseAddress, parsePrefix } from "../../../control/net/address.js";
import { addAddress, decodeAddress, getAddresses } from "../../../control/netlink/address.js";
import {
  addVlan, decodeBridgePort, decodeForwarding, getBridgePorts, getForwarding, setForwarding, setPort,
} from "../../../control/netlink/bridge.js";
import * as conntrack from "../../../control/netlink/conntrack.js";
import * as ethtool from "../../../control/netlink/ethtool.js";
import { findFamily } from "../../../control/netlink/generic.js";
import * as kinds from "../../../control/netlink/kinds.js";
import type { LinkKind } from "../../../control/netlink/kinds.js";
import { createLink, decodeLink, decodeLinkDetails, deleteLink, getLinks, setMaster, setUp } from "../../../control/netlink/link.js";
import type { Link } from "../../../control/netlink/link.js";
import { decodeNeighbour, deleteNeighbour, getNeighbours, setNeighbour } from "../../../control/netlink/neighbour.js";
import { decodeNexthop, getNexthops, setNexthop } from "../../../control/netlink/nexthop.js";
import type { Nexthop } from "../../../control/netlink/nexthop.js";
import { htbClass } from "../../../control/netlink/rate.js";
import { addRoute, decodeRoute, deleteRoute, getRoutes } from "../../../control/netlink/route.js";
import type { Route } from "../../../control/netlink/route.js";
import { addRule, decodeRule, deleteRule, getRules } from "../../../control/netlink/rule.js";
import type { Rule } from "../../../control/netlink/rule.js";
import { NetlinkSocket } from "../../../control/netlink/socket.js";
import {
  addClass, addFilter, addQdisc, decodeClass, decodeFilter, decodeQdisc, egressFilters, getClasses, getFilters, getQdiscs,
  handle, ingressParent, mirred, root, verdict,
} from "../../../control/netlink/tc.js";
import * as wireguard from "../../../control/netlink/wireguard.js";
import * as xfrm from "../../../control/netlink/xfrm.js";
import { useKernel } from "./instance.js";

const kernel = useKernel();
const a = (text: string) => parseAddress(text)!;
const p = (text: string) => parsePrefix(text)!;
const bytes = (length: number, first = 1) => Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);

let lower: Link;
let bridge: Link;
beforeAll(async () => {
  await kernel.route.request(createLink("lower", kinds.veth("far"), { mac: "02:00:00:00:00:10", up: true }));
  await kernel.route.request(setUp(await kernel.link("far"), true));
  await kernel.route.request(createLink("bridge", kinds.bridge({ vlanFiltering: 1 }), { up: true }));
  lower = await kernel.link("lower");
  await kernel.route.request(setUp(await kernel.link("lo"), true));
  bridge = await kernel.link("bridge");
  await kernel.route.request(addAddress(lower, p("192.0.2.2/24")));
  await kernel.route.request(addAddress(lower, p("2001:db8::2/64"), { noDad: true }));
});

const ends4 = { local: a("192.0.2.2"), remote: a("192.0.2.3") };
const ends6 = { local: a("2001:db8::2"), remote: a("2001:db8::3") };

type Making = [name: string, make: () => LinkKind, onLower?: boolean];

const made: Making[] = [
  ["dummy", kinds.dummy],
  ["ifb", kinds.ifb],
  ["wireguard", kinds.wireguard],
  ["vlan", () => kinds.vlan(7), true],
  ["vlan ad", () => kinds.vlan(8, "8021ad"), true],
  ["macvlan", () => kinds.macvlan("bridge"), true],
  ["vrf", () => kinds.vrf(100)],
  ["bridge", () => kinds.bridge({ vlanFiltering: 1, ageingTime: 1000, stpState: 0, vlanDefaultPvid: 5 })],
  ["bond", () => kinds.bond({ mode: 4, miimon: 100, adLacpRate: 1, arpIpTarget: [] })],
  ["vxlan", () => kinds.vxlan({ id: 9, ...ends4, ttl: 16 })],
  ["vxlan 6", () => kinds.vxlan({ id: 10, ...ends6, lower: lower.index, learning: false, port: 4790 })],
  ["geneve", () => kinds.geneve(11, ends4.remote)],
  ["gre", () => kinds.gre({ ...ends4, key: 5 })],
  ["gretap", () => kinds.gre({ ...ends4, key: 6, tap: true })],
  ["ip6gre", () => kinds.gre({ ...ends6, key: 7 })],
  ["ip6gretap", () => kinds.gre({ ...ends6, key: 8, tap: true })],
  ["ipip", () => kinds.tunnel("ipip", ends4)],
  ["sit", () => kinds.tunnel("sit", ends4)],
  ["ip6tnl", () => kinds.tunnel("ip6tnl", ends6)],
  ["xfrm", () => kinds.xfrm(12, lower.index)],
  ["vti", () => kinds.vti({ ...ends4, key: 13 })],
  ["vti6", () => kinds.vti({ ...ends6, key: 14 })],
];

/** What is sent by default and comes back otherwise, or not at all. */
const unsaid = new Set(["proto", "encapType", "encapFlags", "encapSport", "encapDport", "fwmark", "erspanVer", "arpIpTarget", "label", "flags"]);

function said(data: object | undefined): object {
  return Object.fromEntries(Object.entries(data ?? {}).filter(([name, value]) => value !== undefined && !unsaid.has(name)));
}

describe("links", () => {
  it.each<Making>(made)("of kind %s come back as they were made", async (...[name, make, onLower = false]) => {
    const kind = make();
    const settings = { mtu: 1300, txQueueLength: 123, ...(onLower ? { lower: lower.index } : {}) };
    const own = `t-${name.replace(" ", "")}`;
    await kernel.route.request(createLink(own, kind, settings));
    const details = (await kernel.route.dump(getLinks(), decodeLinkDetails)).find(({ attributes }) => attributes.ifname === own)!;
    const { linkinfo, mtu, txqlen } = details.attributes;
    expect({ kind: linkinfo?.kind, mtu, txqlen }).toEqual({ kind: kind.kind, mtu: 1300, txqlen: 123 });
    expect(linkinfo?.data ?? {}).toMatchObject(said(kind.data));
    await kernel.route.request(deleteLink(await kernel.link(own)));
    await expect(kernel.link(own)).rejects.toThrow(/no link/);
  });

  it("are ports of a bridge with settings, VLANs and forwarding entries", async () => {
    await kernel.route.request(createLink("port", kinds.dummy(), { up: true }));
    await kernel.route.request(setMaster(await kernel.link("port"), bridge));
    const port = await kernel.link("port");
    expect(port.master).toBe(bridge.index);
    await kernel.route.request(setPort(port, { isolated: 1, learning: 0 }));
    await kernel.route.request(addVlan(port, { from: 7, pvid: true, untagged: true }));
    await kernel.route.request(addVlan(port, { from: 20, to: 22 }));
    await kernel.route.request(setForwarding(port, { mac: "02:00:00:00:00:44", vlan: 7 }));
    const ports = await kernel.route.dump(getBridgePorts(), decodeBridgePort);
    const found = ports.find(({ index }) => index === port.index)!;
    expect(found.settings).toMatchObject({ isolated: 1, learning: 0 });
    expect(found.vlans.map(({ id }) => id)).toEqual([1, 7, 20, 21, 22]);
    expect(found.vlans[1]).toEqual({ id: 7, pvid: true, untagged: true });
    const entries = await kernel.route.dump(getForwarding(), decodeForwarding);
    expect(entries).toContainEqual(expect.objectContaining({
      index: port.index, mac: "02:00:00:00:00:44", vlan: 7, static: true, permanent: false, master: bridge.index,
    }));
  });
});

const routes: readonly (readonly [string, Route])[] = [
  ["over a gateway", { to: p("198.51.100.0/24"), via: a("192.0.2.1") }],
  ["with a metric, in a table of a high number", { to: p("198.51.100.0/24"), via: a("192.0.2.1"), metric: 7, table: 1000 }],
  ["that drop", { to: p("198.51.101.0/24"), type: "blackhole" }],
  ["that refuse", { to: p("2001:db8:1::/48"), type: "unreachable" }],
  ["over a gateway of the other family", { to: p("198.51.102.0/24"), via: a("fe80::1") }],
  ["over several hops", { to: p("198.51.103.0/24"), hops: [{ via: a("192.0.2.1"), weight: 3 }, { via: a("fe80::1"), weight: 1 }] }],
  ["over several hops of IPv6", { to: p("2001:db8:3::/48"), hops: [{ via: a("fe80::1"), weight: 2 }, { via: a("fe80::2"), weight: 1 }] }],
  ["with metrics and a source", { to: p("198.51.104.0/24"), via: a("192.0.2.1"), source: a("192.0.2.2"), metrics: { rtaxMtu: 1400, rtaxAdvmss: 1300 } }],
  ["with MPLS labels", { to: p("198.51.105.0/24"), via: a("192.0.2.1"), encap: { kind: "mpls", labels: [100, 200] } }],
  ["with segments", { to: p("2001:db8:5::/48"), encap: { kind: "seg6", mode: "encap", segments: [a("2001:db8::a"), a("2001:db8::b")] } }],
  ["with a tunnel's destination", { to: p("198.51.106.0/24"), encap: { kind: "ip", id: 7n, destination: a("192.0.2.9") } }],
];

describe("routes", () => {
  it.each(routes)("%s come back as they were made, and go", async (_, route) => {
    const onLower: Route = {
      ...route,
      ...(route.type ? {} : route.hops ? { hops: route.hops.map((hop) => ({ ...hop, oif: lower.index })) } : { oif: lower.index }),
    };
    const list = async () => (await kernel.route.dump(getRoutes(route.to.address.family, route.table), decodeRoute))
      .filter(({ to, table }) => to.address.text === route.to.address.text && table === (route.table ?? 254));
    await kernel.route.request(addRoute(onLower));
    const [found, ...others] = await list();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ protocol: 4, type: "unicast", ...onLower });
    await kernel.route.request(deleteRoute({ to: route.to, table: route.table, metric: route.metric, type: route.type }));
    expect(await list()).toEqual([]);
  });
});

const rules: readonly Rule[] = [
  { family: 4, priority: 100, from: p("192.0.2.0/24"), table: 100, action: "lookup" },
  { family: 4, priority: 101, mark: { value: 1, mask: 0xff }, iif: "lower", table: 1000, action: "lookup", owner: 4 },
  { family: 6, priority: 102, to: p("2001:db8::/32"), not: true, action: "prohibit" },
  { family: 4, priority: 103, protocol: 6, destinationPorts: { start: 80, end: 90 }, table: 100, suppressPrefixLength: 0, action: "lookup" },
];

const nexthops: readonly Nexthop[] = [
  { id: 5, via: a("192.0.2.1") },
  { id: 6, via: a("2001:db8::1") },
  { id: 7, group: [{ id: 5, weight: 3 }, { id: 6, weight: 1 }] },
  { id: 8, group: [{ id: 5, weight: 1 }], resilient: { buckets: 32, idleTimer: 6000 } },
  { id: 9, blackhole: true, family: 6 },
];

describe("rules, neighbours and next hops", () => {
  it.each(rules)("rule $priority comes back as it was made, and goes", async (rule) => {
    const list = async () => (await kernel.route.dump(getRules(rule.family), decodeRule)).find(({ priority }) => priority === rule.priority);
    await kernel.route.request(addRule(rule));
    expect(await list()).toMatchObject(rule);
    await kernel.route.request(deleteRule(rule));
    expect(await list()).toBeUndefined();
  });

  it.each(["192.0.2.77", "2001:db8::77"])("neighbour %s comes back as it was made, and goes", async (text) => {
    const address = a(text);
    const list = async () => (await kernel.route.dump(getNeighbours(address.family, lower.index), decodeNeighbour))
      .find((neighbour) => neighbour.address.text === text && neighbour.mac !== undefined && neighbour.state === "permanent");
    await kernel.route.request(setNeighbour(lower, address, "02:00:00:00:00:77"));
    expect(await list()).toMatchObject({ index: lower.index, mac: "02:00:00:00:00:77", state: "permanent" });
    await kernel.route.request(deleteNeighbour(lower, address));
    expect(await list()).toBeUndefined();
  });

  it("next hops come back as they were made, and routes go over them", async () => {
    for (const hop of nexthops) await kernel.route.request(setNexthop(hop.via ? { ...hop, oif: lower.index } : hop));
    const found = await kernel.route.dump(getNexthops(), decodeNexthop);
    expect(found).toMatchObject(nexthops);
    await kernel.route.request(addRoute({ to: p("198.51.110.0/24"), nexthop: 5 }));
    const listed = await kernel.route.dump(getRoutes(4), decodeRoute);
    expect(listed.find(({ to }) => to.address.text === "198.51.110.0")).toMatchObject({ nexthop: 5 });
  });
});

describe("traffic control", () => {
  it("has the queues, classes, filters and actions that it was given", async () => {
    const options = htbClass({ rate: 1_000_000, ceil: 2_000_000, priority: 3 });
    await kernel.route.request(addQdisc(lower, { parent: root, handle: handle("1:") }, { kind: "htb", options: { init: { version: 3, rate2quantum: 10, defcls: 0x10 } } }));
    await kernel.route.request(addClass(lower, { parent: handle("1:"), handle: handle("1:10") }, { kind: "htb", options }));
    await kernel.route.request(addQdisc(lower, { parent: handle("1:10"), handle: handle("10:") }, { kind: "fq_codel", options: { limit: 500, flows: 128 } }));
    await kernel.route.request(addQdisc(lower, { parent: ingressParent, handle: handle("ffff:") }, { kind: "clsact" }));
    await kernel.route.request(addFilter(lower, { parent: egressFilters, priority: 5, protocol: 0x800 }, {
      kind: "flower", options: { keyEthType: 0x800, keyIpProto: 17, keyUdpDst: 53, act: [mirred("egressMirror", bridge), verdict("shot")] },
    }));
    const qdiscs = (await kernel.route.dump(getQdiscs(), decodeQdisc)).filter(({ index }) => index === lower.index);
    expect(qdiscs.find(({ kind }) => kind === "htb")).toMatchObject({ handle: handle("1:"), options: { init: { defcls: 0x10 } } });
    expect(qdiscs.find(({ kind }) => kind === "fq_codel")).toMatchObject({ parent: handle("1:10"), options: { limit: 500, flows: 128 } });
    const [found] = await kernel.route.dump(getClasses(lower), decodeClass);
    expect(found).toMatchObject({
      handle: handle("1:10"), options: { parms: { rate: { rate: 1_000_000 }, ceil: { rate: 2_000_000 }, prio: 3, buffer: options.parms!.buffer } },
    });
    const filters = await kernel.route.dump(getFilters(lower, egressFilters), decodeFilter);
    expect(filters.find(({ options: own }) => own !== undefined && "act" in own)).toMatchObject({
      priority: 5, protocol: 0x800, kind: "flower",
      options: { keyUdpDst: 53, act: [{ kind: "mirred", options: { parms: { ifindex: bridge.index, eaction: 2 } } }, { kind: "gact", options: { parms: { action: 2 } } }] },
    });
  });
});

describe("other families", () => {
  it("WireGuard keeps keys, peers and prefixes, more of them than a message holds", async () => {
    const socket = await NetlinkSocket.open(kernel.openTask(), netlink.generic);
    const family = await findFamily(socket, wireguard.family);
    await kernel.route.request(createLink("wg0", kinds.wireguard()));
    const link = await kernel.link("wg0");
    const peers = Array.from({ length: 100 }, (_, index) => ({
      publicKey: bytes(32, index + 1),
      endpoint: { address: index % 2 ? a("2001:db8::9") : a("192.0.2.9"), port: 5000 + index },
      keepalive: 25,
      allowed: [p(`10.${index}.0.0/16`), p(`2001:db8:${index}::/48`)],
    }));
    for (const request of wireguard.setWireguard(family, link, { privateKey: bytes(32, 7), port: 51820, mark: 5, peers })) await socket.request(request);
    const parts = await socket.dump(wireguard.getWireguard(family, link), wireguard.decodeWireguard);
    expect(parts[0]).toMatchObject({ port: 51820, mark: 5, index: link.index });
    const found = parts.flatMap((part) => part.peers);
    expect(new Set(found.map(({ publicKey }) => publicKey.join())).size).toBe(100);
    expect(found.find(({ publicKey }) => publicKey[0] === 42)).toMatchObject(peers[41]!);
    await socket.request(wireguard.removePeer(family, link, peers[0]!.publicKey));
    const left = (await socket.dump(wireguard.getWireguard(family, link), wireguard.decodeWireguard)).flatMap((part) => part.peers);
    expect(new Set(left.map(({ publicKey }) => publicKey.join())).size).toBe(99);
  });

  it("IPsec keeps states and policies", async () => {
    const socket = await NetlinkSocket.open(kernel.openTask(), xfrm.protocol);
    const state: xfrm.State = {
      source: a("192.0.2.2"), destination: a("192.0.2.3"), spi: 0x100, protocol: "esp", mode: "tunnel", requestId: 1,
      aead: { name: "rfc4106(gcm(aes))", key: bytes(20), checkBits: 128 }, replayWindow: 32,
    };
    const state6: xfrm.State = {
      source: a("2001:db8::2"), destination: a("2001:db8::3"), spi: 0x101, protocol: "esp", mode: "transport", requestId: 2,
      encryption: { name: "cbc(aes)", key: bytes(16) }, authentication: { name: "hmac(sha256)", key: bytes(32), checkBits: 128 },
    };
    const policy: xfrm.Policy = {
      direction: "out", source: p("10.0.0.0/8"), destination: p("10.1.0.0/16"), priority: 5,
      templates: [{ source: state.source, destination: state.destination, protocol: "esp", mode: "tunnel", requestId: 1 }],
    };
    await socket.request(xfrm.addState(state));
    await socket.request(xfrm.addState(state6));
    await socket.request(xfrm.setPolicy(policy));
    const states = await socket.dump(xfrm.getStates(), xfrm.decodeState);
    expect(states.find(({ spi }) => spi === 0x100)).toMatchObject(state);
    expect(states.find(({ spi }) => spi === 0x101)).toMatchObject(state6);
    expect(await socket.dump(xfrm.getPolicies(), xfrm.decodePolicy)).toMatchObject([policy]);
    await socket.request(xfrm.deletePolicy(policy));
    await socket.request(xfrm.deleteState(state));
    expect(await socket.dump(xfrm.getPolicies(), xfrm.decodePolicy)).toEqual([]);
    expect(await socket.dump(xfrm.getStates(), xfrm.decodeState)).toHaveLength(1);
  });

  it("conntrack counts and lists connections", async () => {
    const socket = await NetlinkSocket.open(kernel.openTask(), conntrack.protocol);
    const [count] = await socket.ask(conntrack.countConnections(), conntrack.decodeCount);
    expect(count).toMatchObject({ entries: 0 });
    expect(count!.limit).toBeGreaterThan(0);
    expect(await socket.dump(conntrack.getConnections(), conntrack.decodeConnection)).toEqual([]);
    const stats = await socket.dump(conntrack.getConntrackStats(), conntrack.decodeConntrackStats);
    expect(stats).toHaveLength(1);
    await socket.request(conntrack.flushConnections());
  });

  it("ethtool knows features and the state of a link", async () => {
    const socket = await NetlinkSocket.open(kernel.openTask(), netlink.generic);
    const family = await findFamily(socket, ethtool.family);
    expect(family.groups.has("monitor")).toBe(true);
    const features = async () => {
      const [found] = await socket.ask(ethtool.getFeatures(family, lower), ethtool.decodeFeatures);
      return ethtool.bitNames(found!.active!);
    };
    expect(await features()).toContain("tx-tcp-segmentation");
    await socket.request(ethtool.setFeatures(family, lower, { "tx-tcp-segmentation": false }));
    expect(await features()).not.toContain("tx-tcp-segmentation");
    expect(await socket.ask(ethtool.getLinkState(family, lower), ethtool.decodeLinkState)).toMatchObject([{ link: 1 }]);
  });

  it("addresses come back with their prefix", async () => {
    const found = await kernel.route.dump(getAddresses(), decodeAddress);
    expect(found).toContainEqual(expect.objectContaining({ index: lower.index, permanent: true, scope: 0, prefix: p("192.0.2.2/24") }));
    expect((await kernel.route.dump(getLinks(), decodeLink)).find(({ name }) => name === "lower")).toMatchObject({ mac: "02:00:00:00:00:10", kind: "veth", up: true });
  });
});
