// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { InterfaceName, IpAddress, Mark, Metric, Mac, oneOf, strict, Table, Weight } from "./common.js";

const Via = Type.Unsafe<string>({ ...IpAddress, description: "the next hop's address" });
const Onlink = Type.Boolean({ description: "whether the next hop is on the link although no prefix says so", examples: [true] });

const Hop = Type.Object(
  {
    via: Type.Optional(Via),
    interface: Type.Optional(InterfaceName),
    weight: Type.Optional(Weight),
    onlink: Type.Optional(Onlink),
  },
  { ...strict, description: "one next hop of several" },
);

export type HopFile = Type.Static<typeof Hop>;

const Route = Type.Object(
  {
    to: Type.String({ description: "a prefix, or default", examples: ["198.51.100.0/24"] }),
    via: Type.Optional(
      oneOf<string | HopFile[]>(
        [
          { when: { type: "string" }, then: Via },
          { when: { type: "array" }, then: Type.Array(Hop, { minItems: 1, maxItems: 256 }) },
        ],
        { type: ["string", "array"], description: "the next hop's address, or a list of next hops", examples: ["192.0.2.1"] },
      ),
    ),
    interface: Type.Optional(InterfaceName),
    onlink: Type.Optional(Onlink),
    type: Type.Optional(Type.Enum(["unicast", "blackhole", "unreachable", "prohibit"], {
      description: "what becomes of packets: unicast, blackhole, unreachable or prohibit", examples: ["blackhole"],
    })),
    metric: Type.Optional(Metric),
    table: Type.Optional(Table),
    vrf: Type.Optional(Type.String({ description: "the VRF whose table the route is in", examples: ["red"] })),
    src: Type.Optional(Type.Unsafe<string>({ ...IpAddress, description: "the source address of what the router itself sends" })),
    mtu: Type.Optional(Type.Integer({ minimum: 68, maximum: 65535, description: "the path's MTU", examples: [1400] })),
    advmss: Type.Optional(Type.Integer({ minimum: 1, maximum: 65495, description: "the MSS that TCP tells the other end", examples: [1360] })),
  },
  { ...strict, description: "a route" },
);

export type RouteFile = Type.Static<typeof Route>;

export const Routes = Type.Array(Route, { description: "static routes" });

const Rule = Type.Object(
  {
    priority: Type.Integer({ minimum: 1, maximum: 32765, description: "the rule's place, 1 to 32765: lower ones are asked first", examples: [100] }),
    family: Type.Optional(Type.Enum(["ipv4", "ipv6"], { description: "ipv4 or ipv6, for rules without from and to; both if it is not said" })),
    from: Type.Optional(Type.String({ description: "the prefix of the source address", examples: ["10.1.0.0/16"] })),
    to: Type.Optional(Type.String({ description: "the prefix of the destination address", examples: ["10.2.0.0/16"] })),
    iif: Type.Optional(InterfaceName),
    oif: Type.Optional(InterfaceName),
    fwmark: Type.Optional(Mark),
    fwmask: Type.Optional(Type.Unsafe<number>({ ...Mark, description: "which bits of the mark count" })),
    table: Type.Optional(Table),
    vrf: Type.Optional(Type.String({ description: "the VRF whose table is asked", examples: ["red"] })),
    action: Type.Optional(Type.Enum(["lookup", "blackhole", "unreachable", "prohibit"], {
      description: "lookup (in the table), blackhole, unreachable or prohibit", examples: ["lookup"],
    })),
  },
  { ...strict, description: "a rule" },
);

export type RuleFile = Type.Static<typeof Rule>;

export const Rules = Type.Array(Rule, { description: "rules that choose a routing table" });

const Neighbour = Type.Object(
  {
    address: IpAddress,
    interface: InterfaceName,
    mac: Type.Optional(Mac),
    proxy: Type.Optional(Type.Boolean({ description: "whether the router answers for the address", examples: [true] })),
  },
  { ...strict, description: "a neighbour" },
);


export const Neighbours = Type.Array(Neighbour, { description: "neighbours that need not be asked for, or that are answered for" });
