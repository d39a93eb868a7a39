// SPDX-License-Identifier: GPL-2.0-only
// `firewall:` of the configuration file.

import Type from "typebox";
import { strict } from "../../config/schema/common.js";
import { Addresses, Comment, Duration, Family, IcmpTypes, Interfaces, Name, Ports, Protocols, Rate, States } from "./terms.js";

const Set = Type.Object(
  {
    type: Type.Enum(["ipv4", "ipv6", "port"], { description: "what it holds: ipv4, ipv6 or port" }),
    elements: Type.Optional(
      Type.Array(Type.Union([Type.Integer(), Type.String()]), {
        description: "a list of addresses, prefixes and ranges, or of ports and ranges",
        examples: ["[192.0.2.0/24, 198.51.100.7]"],
      }),
    ),
    dynamic: Type.Optional(Type.Boolean({ description: "true if elements come and go while nused runs" })),
    timeout: Type.Optional(Duration),
    size: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000_000, description: "the most elements of a dynamic set" }),
    ),
  },
  strict,
);

const Log = Type.Object(
  {
    prefix: Type.Optional(
      Type.String({
        pattern: "^[^\"\\\\\\n]{1,100}$",
        description: "a text of at most 100 characters without quotation marks and backslashes",
        examples: ["dropped: "],
      }),
    ),
    level: Type.Optional(
      Type.Enum(["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"], {
        description: "a level of syslog", examples: ["info"],
      }),
    ),
    limit: Type.Optional(Rate),
  },
  strict,
);

const Rule = Type.Object(
  {
    in: Type.Optional(Interfaces),
    out: Type.Optional(Interfaces),
    family: Type.Optional(Family),
    source: Type.Optional(Addresses),
    destination: Type.Optional(Addresses),
    protocol: Type.Optional(Protocols),
    "source-ports": Type.Optional(Ports),
    ports: Type.Optional(Ports),
    icmp: Type.Optional(IcmpTypes),
    icmpv6: Type.Optional(IcmpTypes),
    state: Type.Optional(States),
    limit: Type.Optional(Rate),
    log: Type.Optional(
      Type.Union([Type.Literal(true), Log], { description: "true, or { prefix, level, limit }", examples: ["true"] }),
    ),
    counter: Type.Optional(Name),
    learn: Type.Optional(Name),
    action: Type.Enum(["accept", "drop", "reject"], { description: "accept, drop or reject" }),
    comment: Type.Optional(Comment),
  },
  strict,
);

const Chain = Type.Object(
  {
    policy: Type.Optional(
      Type.Enum(["accept", "drop", "reject"], { description: "accept, drop or reject: what becomes of the rest" }),
    ),
    rules: Type.Optional(Type.Array(Rule, { description: "a list of rules; the first that matches decides" })),
  },
  strict,
);

export const Firewall = Type.Object(
  {
    zones: Type.Optional(
      Type.Record(
        Name,
        Type.Array(Type.String({ pattern: "^[^\\s/:\"@!]{1,15}$", description: "an interface" }), {
          minItems: 1, uniqueItems: true, description: "a list of interfaces", examples: ["[lan0, lan1]"],
        }),
        { additionalProperties: false },
      ),
    ),
    sets: Type.Optional(Type.Record(Name, Set, { additionalProperties: false })),
    input: Type.Optional(Chain),
    forward: Type.Optional(Chain),
    output: Type.Optional(Chain),
    invalid: Type.Optional(
      Type.Enum(["drop", "accept"], {
        description: "drop, or accept to judge packets that fit no connection by the rules", examples: ["drop"],
      }),
    ),
    flowtable: Type.Optional(
      Type.Union([Type.Boolean(), Type.Array(Type.String(), { minItems: 1, uniqueItems: true })], {
        description: "true (all ports), false or a list of interfaces", examples: ["true"],
      }),
    ),
    nft: Type.Optional(Type.String({ description: "tables in nft's own language" })),
  },
  strict,
);

export type Firewall = Type.Static<typeof Firewall>;
export type FileChain = Type.Static<typeof Chain>;
export type FileRule = Type.Static<typeof Rule>;
export type FileSet = Type.Static<typeof Set>;
