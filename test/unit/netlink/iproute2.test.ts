// SPDX-License-Identifier: GPL-2.0-only
// Our requests are byte for byte what iproute2 sends for the same.

import { beforeAll, describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../../control/net/address.js";
import { addAddress, deleteAddress } from "../../../control/netlink/address.js";
import { addVlan, deleteForwarding, deleteVlan, setForwarding, setPort } from "../../../control/netlink/bridge.js";
import { align } from "../../../control/netlink/codec/writer.js";
import { bond, bridge, dummy, geneve, gre, ifb, macvlan, tunnel, veth, vlan, vrf, vti, vxlan, wireguard, xfrm } from "../../../control/netlink/kinds.js";
import { changeLink, createLink, deleteLink, renameLink, setMaster, setMtu, setUp } from "../../../control/netlink/link.js";
import type { Request } from "../../../control/netlink/message.js";
import { addProxy, deleteNeighbour, setNeighbour } from "../../../control/netlink/neighbour.js";
import { deleteNexthop, setNexthop } from "../../../control/netlink/nexthop.js";
import { addRoute, appendRoute, deleteRoute, replaceRoute } from "../../../control/netlink/route.js";
import { addRule, deleteRule } from "../../../control/netlink/rule.js";
import { addFilter, addQdisc, deleteFilter, deleteQdisc, handle, ingressFilters, ingressParent, mirred, replaceQdisc, root, verdict } from "../../../control/netlink/tc.js";
import { addState, deletePolicy, deleteState, setPolicy } from "../../../control/netlink/xfrm.js";
import { capture } from "./capture.js";
import type { Sent } from "./capture.js";

const a = (text: string) => parseAddress(text)!;
const p = (text: string) => parsePrefix(text)!;
const eth0 = { index: 10, name: "eth0" };
const br0 = { index: 12, name: "br0" };
const any = { protocol: 3, priority: 1 };
const key = (length: number) => Uint8Array.from({ length }, (_, index) => index);
const hex = (length: number) => `0x${Buffer.from(key(length)).toString("hex")}`;

const cases: readonly (readonly [command: string, request: Request])[] = [
  ["ip link set dev eth0 up", setUp(eth0, true)],
  ["ip link set dev eth0 down", setUp(eth0, false)],
  ["ip link set dev eth0 mtu 1400", setMtu(eth0, 1400)],
  ["ip link set dev eth0 master br0", setMaster(eth0, br0)],
  ["ip link set dev eth0 nomaster", setMaster(eth0, undefined)],
  ["ip link set dev eth0 txqueuelen 500 address 02:00:00:00:00:01", changeLink(eth0, { txQueueLength: 500, mac: "02:00:00:00:00:01" })],
  ["ip link set dev eth0 alias uplink", changeLink(eth0, { alias: "uplink" })],
  ["ip link add name d0 type dummy", createLink("d0", dummy())],
  ["ip link add name i0 type ifb", createLink("i0", ifb())],
  ["ip link add name w0 type wireguard", createLink("w0", wireguard())],
  ["ip link add link eth0 name v7 type vlan id 7", createLink("v7", vlan(7), { lower: 10 })],
  ["ip link add link eth0 name v8 type vlan protocol 802.1ad id 8", createLink("v8", vlan(8, "8021ad"), { lower: 10 })],
  ["ip link add link eth0 name m0 address 02:00:00:00:00:02 type macvlan mode bridge", createLink("m0", macvlan("bridge"), { lower: 10, mac: "02:00:00:00:00:02" })],
  ["ip link add name r0 type vrf table 100", createLink("r0", vrf(100))],
  ["ip link add name p0 type veth peer name p1", createLink("p0", veth("p1"))],
  ["ip link add name b1 type bridge", createLink("b1", bridge())],
  ["ip link add name b2 type bridge vlan_filtering 1", createLink("b2", bridge({ vlanFiltering: 1 }))],
  ["ip link add name o0 type bond mode 802.3ad miimon 100", createLink("o0", bond({ mode: 4, miimon: 100 }))],
  ["ip link add name x0 type vxlan id 9 local 192.0.2.1 remote 192.0.2.2 dstport 4789", createLink("x0", vxlan({ id: 9, local: a("192.0.2.1"), remote: a("192.0.2.2") }))],
  ["ip link add name x1 type vxlan id 9 local 2001:db8::1 dev eth0 dstport 4789 nolearning", createLink("x1", vxlan({ id: 9, local: a("2001:db8::1"), lower: 10, learning: false }))],
  ["ip link add name g9 type geneve id 9 remote 192.0.2.2 dstport 6081", createLink("g9", geneve(9, a("192.0.2.2")))],
  ["ip link add name g0 type gre local 192.0.2.1 remote 192.0.2.2 ttl 64 key 5", createLink("g0", gre({ local: a("192.0.2.1"), remote: a("192.0.2.2"), key: 5 }))],
  ["ip link add name g1 type gretap local 192.0.2.1 remote 192.0.2.2 ttl 64", createLink("g1", gre({ local: a("192.0.2.1"), remote: a("192.0.2.2"), tap: true }))],
  ["ip link add name g2 type ip6gre local 2001:db8::1 remote 2001:db8::2", createLink("g2", gre({ local: a("2001:db8::1"), remote: a("2001:db8::2") }))],
  ["ip link add name t0 type ipip local 192.0.2.1 remote 192.0.2.2 ttl 64", createLink("t0", tunnel("ipip", { local: a("192.0.2.1"), remote: a("192.0.2.2") }))],
  ["ip link add name t1 type sit local 192.0.2.1 remote 192.0.2.2 ttl 64", createLink("t1", tunnel("sit", { local: a("192.0.2.1"), remote: a("192.0.2.2") }))],
  ["ip link add name t2 type ip6tnl local 2001:db8::1 remote 2001:db8::2", createLink("t2", tunnel("ip6tnl", { local: a("2001:db8::1"), remote: a("2001:db8::2") }))],
  ["ip link add name s0 type xfrm dev eth0 if_id 7", createLink("s0", xfrm(7, 10))],
  ["ip link add name s1 type vti local 192.0.2.1 remote 192.0.2.2 key 5", createLink("s1", vti({ local: a("192.0.2.1"), remote: a("192.0.2.2"), key: 5 }))],
  ["ip address replace 192.0.2.2/30 dev eth0", addAddress(eth0, p("192.0.2.2/30"))],
  ["ip address replace 2001:db8::1/64 dev eth0 nodad", addAddress(eth0, p("2001:db8::1/64"), { noDad: true })],
  ["ip address del 192.0.2.2/30 dev eth0", deleteAddress(eth0, p("192.0.2.2/30"))],
  ["ip address replace 192.0.2.2/30 dev eth0", addAddress(eth0, p("192.0.2.2/30"))],
  ["ip route add 198.51.100.0/24 via 192.0.2.1 proto static dev eth0", addRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), oif: 10 })],
  ["ip route replace 198.51.100.0/24 via 192.0.2.1 proto static metric 7 dev eth0", replaceRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), oif: 10, metric: 7 })],
  ["ip route replace default via 192.0.2.1 proto static", replaceRoute({ to: p("0.0.0.0/0"), via: a("192.0.2.1") })],
  ["ip route replace 198.51.100.0/24 proto static dev eth0", replaceRoute({ to: p("198.51.100.0/24"), oif: 10 })],
  ["ip route add 198.51.100.0/24 via 192.0.2.1 proto static table 1000 dev eth0", addRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), table: 1000, oif: 10 })],
  ["ip route add 198.51.100.0/24 via 192.0.2.1 proto static table 100 dev eth0", addRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), table: 100, oif: 10 })],
  ["ip route add blackhole 198.51.100.0/24 proto static", addRoute({ to: p("198.51.100.0/24"), type: "blackhole" })],
  ["ip route add unreachable 2001:db8:1::/48 proto static", addRoute({ to: p("2001:db8:1::/48"), type: "unreachable" })],
  ["ip route add prohibit 198.51.100.0/25 proto static", addRoute({ to: p("198.51.100.0/25"), type: "prohibit" })],
  ["ip route add throw 198.51.100.0/26 proto static table 100", addRoute({ to: p("198.51.100.0/26"), type: "throw", table: 100 })],
  ["ip route add 198.51.100.0/24 via inet6 fe80::1 proto static dev eth0", addRoute({ to: p("198.51.100.0/24"), via: a("fe80::1"), oif: 10 })],
  ["ip route add 198.51.100.0/24 proto static nexthop via 192.0.2.1 dev eth0 weight 3 nexthop via 192.0.2.3 dev eth0", addRoute({ to: p("198.51.100.0/24"), hops: [{ via: a("192.0.2.1"), oif: 10, weight: 3 }, { via: a("192.0.2.3"), oif: 10 }] })],
  ["ip route append 2001:db8:2::/48 via fe80::1 proto static metric 5 dev eth0", appendRoute({ to: p("2001:db8:2::/48"), via: a("fe80::1"), oif: 10, metric: 5 })],
  ["ip route add 198.51.100.0/24 via 192.0.2.1 src 192.0.2.2 proto static dev eth0 mtu 1400", addRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), source: a("192.0.2.2"), oif: 10, metrics: { rtaxMtu: 1400 } })],
  ["ip route add 198.51.100.0/24 nhid 5 proto static", addRoute({ to: p("198.51.100.0/24"), nexthop: 5 })],
  ["ip route add 198.51.100.0/24 encap mpls 100/200 via 192.0.2.1 proto static dev eth0", addRoute({ to: p("198.51.100.0/24"), encap: { kind: "mpls", labels: [100, 200] }, via: a("192.0.2.1"), oif: 10 })],
  ["ip route add 198.51.100.0/24 encap ip id 7 dst 192.0.2.9 proto static dev eth0", addRoute({ to: p("198.51.100.0/24"), encap: { kind: "ip", id: 7n, destination: a("192.0.2.9") }, oif: 10 })],
  ["ip route add 2001:db8:3::/48 encap seg6 mode encap segs 2001:db8::a,2001:db8::b proto static dev eth0", addRoute({ to: p("2001:db8:3::/48"), encap: { kind: "seg6", mode: "encap", segments: [a("2001:db8::a"), a("2001:db8::b")] }, oif: 10 })],
  ["ip route del 198.51.100.0/24 via 192.0.2.1 proto static dev eth0", deleteRoute({ to: p("198.51.100.0/24"), via: a("192.0.2.1"), oif: 10 })],
  ["ip -6 route del 2001:db8:2::/48 proto static dev eth0", deleteRoute({ to: p("2001:db8:2::/48"), oif: 10 })],
  ["ip rule add priority 100 from 192.0.2.0/24 table 100", addRule({ family: 4, priority: 100, from: p("192.0.2.0/24"), table: 100 })],
  ["ip rule add priority 101 fwmark 1/0xff iif eth0 table 1000", addRule({ family: 4, priority: 101, mark: { value: 1, mask: 0xff }, iif: "eth0", table: 1000 })],
  ["ip -6 rule add priority 102 to 2001:db8::/32 prohibit", addRule({ family: 6, priority: 102, to: p("2001:db8::/32"), action: "prohibit" })],
  ["ip rule add priority 103 ipproto tcp dport 80-90 table 100", addRule({ family: 4, priority: 103, protocol: 6, destinationPorts: { start: 80, end: 90 }, table: 100 })],
  ["ip rule del priority 100 from 192.0.2.0/24 table 100", deleteRule({ family: 4, priority: 100, from: p("192.0.2.0/24"), table: 100 })],
  ["ip neigh replace 192.0.2.1 lladdr 02:00:00:00:00:03 dev eth0", setNeighbour(eth0, a("192.0.2.1"), "02:00:00:00:00:03")],
  ["ip neigh replace 2001:db8::5 lladdr 02:00:00:00:00:03 nud reachable dev eth0", setNeighbour(eth0, a("2001:db8::5"), "02:00:00:00:00:03", "reachable")],
  ["ip neigh del 192.0.2.1 dev eth0", deleteNeighbour(eth0, a("192.0.2.1"))],
  ["ip neigh add proxy 192.0.2.1 dev eth0", addProxy(eth0, a("192.0.2.1"))],
  ["ip nexthop replace id 5 via 192.0.2.1 dev eth0 proto static", setNexthop({ id: 5, via: a("192.0.2.1"), oif: 10 })],
  ["ip nexthop replace id 6 blackhole proto static", setNexthop({ id: 6, blackhole: true })],
  ["ip nexthop replace id 7 group 5,3/6 proto static", setNexthop({ id: 7, group: [{ id: 5, weight: 3 }, { id: 6, weight: 1 }] })],
  ["ip nexthop replace id 8 group 5 type resilient buckets 32 idle_timer 60 proto static", setNexthop({ id: 8, group: [{ id: 5, weight: 1 }], resilient: { buckets: 32, idleTimer: 6000 } })],
  ["ip nexthop del id 7", deleteNexthop(7)],
  ["bridge vlan add dev eth0 vid 7 pvid untagged", addVlan(eth0, { from: 7, pvid: true, untagged: true })],
  ["bridge vlan add dev eth0 vid 10-20", addVlan(eth0, { from: 10, to: 20 })],
  ["bridge vlan add dev br0 vid 7 self", addVlan(br0, { from: 7, self: true })],
  ["bridge vlan del dev eth0 vid 7", deleteVlan(eth0, { from: 7 })],
  ["bridge fdb replace 02:00:00:00:00:04 dev eth0 master static vlan 7", setForwarding(eth0, { mac: "02:00:00:00:00:04", vlan: 7 })],
  ["bridge fdb replace 02:00:00:00:00:04 dev eth0 dst 192.0.2.2 vni 9", setForwarding(eth0, { mac: "02:00:00:00:00:04", remote: a("192.0.2.2"), vni: 9 })],
  ["bridge fdb del 02:00:00:00:00:04 dev eth0 master static vlan 7", deleteForwarding(eth0, { mac: "02:00:00:00:00:04", vlan: 7 })],
  ["bridge link set dev eth0 learning off isolated on", setPort(eth0, { learning: 0, isolated: 1 })],
  ["tc qdisc add dev eth0 root handle 1: htb default 10", addQdisc(eth0, { parent: root, handle: handle("1:") }, { kind: "htb", options: { init: { version: 3, rate2quantum: 10, defcls: 0x10 } } })],
  ["tc qdisc replace dev eth0 root handle 2: fq_codel limit 1000", replaceQdisc(eth0, { parent: root, handle: handle("2:") }, { kind: "fq_codel", options: { limit: 1000 } })],
  ["tc qdisc add dev eth0 clsact", addQdisc(eth0, { parent: ingressParent, handle: 0xffff0000 }, { kind: "clsact" })],
  ["tc qdisc replace dev eth0 root pfifo limit 50", replaceQdisc(eth0, { parent: root }, { kind: "pfifo", options: { limit: 50 } })],
  ["tc filter add dev eth0 ingress protocol all prio 1 matchall action drop", addFilter(eth0, { parent: ingressFilters, ...any }, { kind: "matchall", options: { act: [verdict("shot")] } })],
  ["tc filter add dev eth0 ingress protocol all prio 1 matchall action mirred egress redirect dev br0", addFilter(eth0, { parent: ingressFilters, ...any }, { kind: "matchall", options: { act: [mirred("egressRedir", br0)] } })],
  ["tc filter del dev eth0 ingress protocol all prio 1", deleteFilter(eth0, { parent: ingressFilters, ...any })],
  ["tc qdisc del dev eth0 root", deleteQdisc(eth0, { parent: root })],
  [`ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 reqid 1 mode tunnel aead 'rfc4106(gcm(aes))' ${hex(20)} 128`,
    addState({ source: a("192.0.2.1"), destination: a("192.0.2.2"), spi: 0x100, protocol: "esp", requestId: 1, mode: "tunnel", aead: { name: "rfc4106(gcm(aes))", key: key(20), checkBits: 128 } })],
  ["ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100", deleteState({ source: a("192.0.2.1"), destination: a("192.0.2.2"), spi: 0x100, protocol: "esp" })],
  ["ip xfrm policy update src 10.0.0.0/8 dst 10.1.0.0/16 dir out priority 5 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 1 mode tunnel",
    setPolicy({ direction: "out", source: p("10.0.0.0/8"), destination: p("10.1.0.0/16"), priority: 5, templates: [{ source: a("192.0.2.1"), destination: a("192.0.2.2"), protocol: "esp", requestId: 1, mode: "tunnel" }] })],
  ["ip xfrm policy delete src 10.0.0.0/8 dst 10.1.0.0/16 dir out", deletePolicy({ direction: "out", source: p("10.0.0.0/8"), destination: p("10.1.0.0/16") })],
  ["ip link set dev eth0 name wan0", renameLink(eth0, "wan0")],
  ["ip link del dev wan0", deleteLink(eth0)],
];

/** iproute2 leaves what was on its stack behind some attributes; we send zeros. */
function withoutPadding({ payload, ...sent }: Sent, header: number): Sent {
  const bytes = Buffer.from(payload, "hex");
  for (let at = align(header); at + 4 <= bytes.length; at += align(bytes.readUInt16LE(at))) {
    const length = bytes.readUInt16LE(at);
    bytes.fill(0, at + length, Math.min(at + align(length), bytes.length));
  }
  return { ...sent, payload: bytes.toString("hex") };
}

describe("iproute2", () => {
  let sent: (Sent | undefined)[];
  beforeAll(() => {
    sent = capture(cases.map(([command]) => command));
  });

  it.each(cases.map(([command, request], index) => [command, request, index] as const))("%s", (_, { type, flags, payload, operation }, index) => {
    expect({ type, flags, payload: payload.toString("hex") }).toEqual(withoutPadding(sent[index]!, operation!.header.size));
  });
});
