// SPDX-License-Identifier: GPL-2.0-only
// Interfaces by kind: what each takes besides what all have.

import Type from "typebox";
import type { TProperties } from "typebox";
import { InterfaceName, IpAddress, Mac, Mark, oneOf, strict, Table } from "./common.js";
import { Wireguard } from "./wireguard.js";

const Up = Type.Boolean({ description: "whether the interface is up: true or false", examples: [true] });

const common = {
  up: Type.Optional(Up),
  mtu: Type.Optional(Type.Integer({ minimum: 68, maximum: 65536, description: "an MTU, 68 to 65535", examples: [1500] })),
  mac: Type.Optional(Mac),
  description: Type.Optional(Type.String({
    minLength: 1, maxLength: 255, pattern: "^[^\\n]*$", description: "a text that the interface shows as its alias", examples: ["uplink"],
  })),
  vrf: Type.Optional(Type.String({ description: "the VRF that the interface is in, by the name of its interface", examples: ["red"] })),
  addresses: Type.Optional(
    Type.Array(Type.String({ description: "an address with a prefix length", examples: ["192.0.2.1/24"] }), {
      uniqueItems: true,
      description: "a list of addresses",
      examples: ["[192.0.2.1/24, 2001:db8::1/64]"],
    }),
  ),
};

const parent = Type.String({ description: "the interface that this one stands on", examples: ["lan0"] });

const kind = <K extends string, P extends TProperties>(type: K, description: string, properties: P) =>
  Type.Object({ type: Type.Literal(type), ...common, ...properties }, { ...strict, description });

const Vlans = Type.Array(
  oneOf<number | string>(
    [
      { when: { type: "integer" }, then: Type.Integer({ minimum: 1, maximum: 4094, description: "a VLAN, 1 to 4094", examples: [10] }) },
      { when: { type: "string" }, then: Type.String({ pattern: "^[0-9]{1,4}-[0-9]{1,4}$", description: "a range of VLANs", examples: ["20-29"] }) },
    ],
    { type: ["integer", "string"], description: "a VLAN or a range of them", examples: ["20-29"] },
  ),
  { description: "a list of VLANs", examples: ["[10, 20-29]"] },
);

const vlanProperties = {
  vlans: Type.Optional(Vlans),
  untagged: Type.Optional(Type.Unsafe<(number | string)[]>({ ...Vlans, description: "the VLANs whose frames leave without a tag" })),
  pvid: Type.Optional(Type.Integer({ minimum: 1, maximum: 4094, description: "the VLAN of frames without a tag, 1 to 4094", examples: [10] })),
};

const BridgeMember = Type.Object({ name: InterfaceName, ...vlanProperties }, strict);

const Members = Type.Array(
  oneOf<string | Type.Static<typeof BridgeMember>>(
    [{ when: { type: "string" }, then: InterfaceName }, { when: { type: "object" }, then: BridgeMember }],
    { type: ["string", "object"], description: "an interface, or its name with its VLANs", examples: ["lan0"] },
  ),
  { description: "a list of interfaces", examples: ["[lan0, lan1]"] },
);

const tunnel = {
  local: Type.Optional(Type.Unsafe<string>({ ...IpAddress, description: "the address of this end" })),
  remote: Type.Optional(Type.Unsafe<string>({ ...IpAddress, description: "the address of the other end" })),
  ttl: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: "the outer packet's TTL, 0 to copy the inner one's", examples: [64] })),
  parent: Type.Optional(parent),
};

const key = Type.Optional(Type.Integer({ minimum: 0, maximum: 4294967295, description: "a GRE key, a number", examples: [42] }));

export const bondModes = ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"] as const;
export const hashPolicies = ["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"] as const;
export const macvlanModes = ["private", "vepa", "bridge", "passthru"] as const;

const choice = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ enum: values, description: `${description}: ${values.join(", ")}`, examples: [values[0]!] });

/** In the order in which the documentation has them. */
export const kinds = {
  vlan: kind("vlan", "an IEEE 802.1Q VLAN of another interface", {
    parent,
    id: Type.Integer({ minimum: 1, maximum: 4094, description: "a VLAN, 1 to 4094", examples: [10] }),
    protocol: Type.Optional(choice(["802.1Q", "802.1ad"], "the kind of tag")),
  }),
  bridge: kind("bridge", "an Ethernet bridge", {
    members: Type.Optional(Members),
    ...vlanProperties,
    "vlan-filtering": Type.Optional(Type.Boolean({ description: "whether the bridge looks at VLANs", examples: [false] })),
    stp: Type.Optional(Type.Boolean({ description: "whether the bridge speaks the spanning tree protocol", examples: [false] })),
    ageing: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000000, description: "seconds after which a silent station is forgotten", examples: [300] })),
  }),
  bond: kind("bond", "several interfaces as one", {
    members: Type.Optional(Type.Array(InterfaceName, { uniqueItems: true, description: "a list of interfaces", examples: ["[lan0, lan1]"] })),
    mode: Type.Optional(choice(bondModes, "how the members share the work")),
    miimon: Type.Optional(Type.Integer({ minimum: 0, maximum: 60000, description: "milliseconds between looks at the members' carrier", examples: [100] })),
    "lacp-rate": Type.Optional(choice(["slow", "fast"], "how often LACP speaks")),
    "hash-policy": Type.Optional(choice(hashPolicies, "what chooses a packet's member")),
    primary: Type.Optional(Type.String({ description: "the member that is used whenever it can be", examples: ["lan0"] })),
  }),
  vrf: kind("vrf", "a routing domain of its own", { table: Table }),
  dummy: kind("dummy", "an interface that swallows what is sent to it", {}),
  ifb: kind("ifb", "an intermediate interface, to shape what comes in elsewhere", {}),
  veth: kind("veth", "one end of a pair of interfaces that are wired together", {
    peer: Type.String({ description: "the other end's interface, which names this one", examples: ["inner0"] }),
  }),
  macvlan: kind("macvlan", "another interface with an Ethernet address of its own", {
    parent, mode: Type.Optional(choice(macvlanModes, "how interfaces of one parent see each other")),
  }),
  gre: kind("gre", "packets in GRE over IPv4", { ...tunnel, key }),
  gretap: kind("gretap", "frames in GRE over IPv4", { ...tunnel, key }),
  ip6gre: kind("ip6gre", "packets in GRE over IPv6", { ...tunnel, key }),
  ipip: kind("ipip", "IPv4 in IPv4", tunnel),
  sit: kind("sit", "IPv6 in IPv4", tunnel),
  ip6tnl: kind("ip6tnl", "IPv4 and IPv6 in IPv6", tunnel),
  vxlan: kind("vxlan", "frames in UDP", {
    id: Type.Integer({ minimum: 0, maximum: 16777215, description: "the number of the virtual network", examples: [100] }),
    local: tunnel.local,
    remote: tunnel.remote,
    group: Type.Optional(Type.Unsafe<string>({ ...IpAddress, description: "the multicast group of the other ends", examples: ["239.1.1.1"] })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "a UDP port", examples: [4789] })),
    parent: tunnel.parent,
    ttl: tunnel.ttl,
    learning: Type.Optional(Type.Boolean({ description: "whether the other ends are learned from what they send", examples: [true] })),
  }),
  wireguard: kind("wireguard", "a WireGuard tunnel", { ...Wireguard, fwmark: Type.Optional(Mark) }),
} as const;

export type KindName = keyof typeof kinds;
type Kinds = { [K in KindName]: Type.Static<(typeof kinds)[K]> };

/** The interface of a port, or lo. */
export const Plain = Type.Object(common, { ...strict, description: "the interface of a port, or lo" });

export type LinkFile = Kinds[KindName] | (Type.Static<typeof Plain> & { type?: never });

const names = Object.keys(kinds) as KindName[];

export const Link = oneOf<LinkFile>(
  [
    { when: { type: "object", not: { required: ["type"] } }, then: Plain },
    ...names.map((name) => ({ when: { properties: { type: { const: name } }, required: ["type"] }, then: kinds[name] })),
  ],
  {
    type: "object",
    properties: { type: { enum: names, description: `a type: ${names.join(", ")}; no type is a port's interface`, examples: ["vlan"] } },
    description: "an interface",
  },
);
