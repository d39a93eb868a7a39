// SPDX-License-Identifier: GPL-2.0-only
// Traffic control: what leaves an interface, and what comes.

import Type from "typebox";
import { InterfaceName, strict } from "./common.js";

const Rate = Type.String({ pattern: "^[1-9][0-9]*(\\.[0-9]+)?[kmg]?bit$", description: "bits a second", examples: ["100mbit"] });
const Size = Type.String({ pattern: "^[1-9][0-9]*[km]?$", description: "bytes, with k or m for 1,024 and 1,048,576", examples: ["64k"] });
const Duration = Type.String({ pattern: "^[0-9]+(\\.[0-9]+)?(us|ms|s)$", description: "a time", examples: ["20ms"] });
const Packets = Type.Integer({ minimum: 1, maximum: 1_000_000, description: "a number of packets" });
const Port = Type.Integer({ minimum: 1, maximum: 65535, description: "a port number" });
const optional = Type.Optional;

const Match = Type.Object(
  {
    source: optional(Type.String({ description: "a prefix" })),
    destination: optional(Type.String({ description: "a prefix" })),
    protocol: optional(Type.Enum(["tcp", "udp", "icmp", "icmpv6", "sctp"], { description: "tcp, udp, icmp, icmpv6 or sctp" })),
    "source-port": optional(Port),
    "destination-port": optional(Port),
    dscp: optional(Type.Integer({ minimum: 0, maximum: 63, description: "a DSCP, 0 to 63" })),
    mark: optional(Type.Integer({ minimum: 1, maximum: 4294967295, description: "a firewall mark" })),
  },
  { ...strict, minProperties: 1 },
);

const HtbClass = Type.Object(
  {
    rate: Rate,
    ceil: optional(Rate),
    burst: optional(Size),
    priority: optional(Type.Integer({ minimum: 0, maximum: 7, description: "a priority, 0 (first) to 7" })),
    match: optional(Type.Array(Match, { description: "what belongs to the class; one that fits is enough" })),
  },
  strict,
);

const Qdisc = Type.Object(
  {
    htb: optional(Type.Object({ rate: Rate, default: Type.String({ description: "a class's name" }), classes: Type.Record(Type.String(), HtbClass) }, strict)),
    cake: optional(Type.Object({
      bandwidth: optional(Rate),
      diffserv: optional(Type.Enum(["diffserv3", "diffserv4", "diffserv8", "besteffort", "precedence"], { description: "a mode of CAKE" })),
      nat: optional(Type.Boolean({ description: "true to tell hosts behind NAT apart" })),
      overhead: optional(Type.Integer({ minimum: -64, maximum: 256, description: "bytes of overhead" })),
    }, strict)),
    fq_codel: optional(Type.Object({ limit: optional(Packets), target: optional(Duration), interval: optional(Duration), ecn: optional(Type.Boolean({ description: "true to mark packets instead of dropping them" })) }, strict)),
    tbf: optional(Type.Object({ rate: Rate, burst: Size, limit: Size }, strict)),
    prio: optional(Type.Object({ bands: Type.Integer({ minimum: 2, maximum: 16, description: "2 to 16 bands" }) }, strict)),
    netem: optional(Type.Object({
      delay: optional(Duration), jitter: optional(Duration), limit: optional(Packets),
      loss: optional(Type.Number({ minimum: 0, maximum: 100, description: "per cent" })),
    }, strict)),
    fq: optional(Type.Object({ limit: optional(Packets), "max-rate": optional(Rate) }, strict)),
  },
  { ...strict, minProperties: 1, maxProperties: 1, description: "one of htb, cake, fq_codel, tbf, prio, netem and fq" },
);

export type QdiscFile = Type.Static<typeof Qdisc>;
export type MatchFile = Type.Static<typeof Match>;

export const Qos = Type.Record(InterfaceName, Type.Object(
  {
    egress: optional(Qdisc),
    ingress: optional(Type.Object(
      { police: optional(Type.Object({ rate: Rate, burst: Size }, strict)), shape: optional(Qdisc) },
      { ...strict, minProperties: 1, maxProperties: 1, description: "police, which drops, or shape, which lets wait" },
    )),
  },
  { ...strict, minProperties: 1 },
), { additionalProperties: false });
