// SPDX-License-Identifier: GPL-2.0-only
// Rows of the tables that the API shows of a kernel. Counters are numbers: they
// are exact up to 2^53.

import Type from "typebox";

const Count = Type.Integer({ minimum: 0 });
const Text = Type.Optional(Type.String());
const Number = Type.Optional(Type.Integer());

export const InterfaceStats = Type.Object({
  rxPackets: Count, txPackets: Count, rxBytes: Count, txBytes: Count,
  rxErrors: Count, txErrors: Count, rxDropped: Count, txDropped: Count,
});

export const Interface = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  kind: Type.String({ description: "port, loopback, vlan, bridge, wireguard ..." }),
  up: Type.Boolean({ description: "set up" }),
  carrier: Type.Boolean({ description: "the link is there" }),
  mtu: Count,
  mac: Text,
  master: Type.Optional(Type.String({ description: "the bridge, bond or VRF that it belongs to" })),
  addresses: Type.Array(Type.String()),
  stats: InterfaceStats,
});

const NextHop = Type.Object({ via: Text, interface: Text, weight: Number });

export const Route = Type.Object({
  to: Type.String({ description: "a prefix" }),
  type: Type.String({ description: "unicast, blackhole, local ..." }),
  via: Text,
  interface: Text,
  metric: Count,
  protocol: Type.String({ description: "static, kernel, ra, bgp ... or a number" }),
  table: Type.Integer(),
  source: Text,
  nextHops: Type.Optional(Type.Array(NextHop)),
});

export const Neighbour = Type.Object({
  address: Type.String(),
  interface: Type.String(),
  mac: Text,
  state: Type.String({ description: "reachable, stale, failed, permanent ..." }),
});

export const Rule = Type.Object({
  family: Type.String({ description: "IPv4 or IPv6" }),
  priority: Count,
  from: Text,
  to: Text,
  incoming: Type.Optional(Type.String({ description: "interface that the packet came by" })),
  outgoing: Text,
  mark: Text,
  action: Type.String({ description: "lookup, goto, blackhole, unreachable, prohibit" }),
  table: Number,
});

export const Queue = Type.Object({
  interface: Type.String(),
  object: Type.Enum(["qdisc", "class", "filter"]),
  kind: Type.String({ description: "htb, cake, fq_codel, flower ..." }),
  handle: Type.String(),
  parent: Type.String(),
  packets: Count,
  bytes: Count,
  drops: Count,
  overlimits: Count,
  requeues: Count,
  backlogBytes: Count,
  backlogPackets: Count,
});

const Tuple = Type.Object({ source: Type.String(), destination: Type.String(), sourcePort: Number, destinationPort: Number });

export const Connection = Type.Object({
  protocol: Type.String(),
  original: Tuple,
  reply: Tuple,
  state: Text,
  assured: Type.Boolean(),
  nat: Type.Array(Type.Enum(["source", "destination"])),
  timeoutSeconds: Number,
  mark: Number,
});

export const Firewall = Type.Object({
  text: Type.String({ description: "the rules in nft's own language, with counts and handles" }),
  ruleset: Type.Unknown({ description: "the same as nft --json has it" }),
});

export const NatRule = Type.Object({
  family: Type.String(), table: Type.String(), chain: Type.String(), hook: Type.String(),
  rule: Type.String(), packets: Number, bytes: Number, handle: Number,
});

export const Drop = Type.Object({
  reason: Type.String({ description: "the kernel's name for it, such as NO_SOCKET" }),
  place: Type.String({ description: "the function that dropped them" }),
  frames: Count,
});

export type InterfaceStats = Type.Static<typeof InterfaceStats>;
export type Interface = Type.Static<typeof Interface>;
export type Route = Type.Static<typeof Route>;
export type Neighbour = Type.Static<typeof Neighbour>;
export type Rule = Type.Static<typeof Rule>;
export type Queue = Type.Static<typeof Queue>;
export type Connection = Type.Static<typeof Connection>;
export type Firewall = Type.Static<typeof Firewall>;
export type NatRule = Type.Static<typeof NatRule>;
export type Drop = Type.Static<typeof Drop>;
