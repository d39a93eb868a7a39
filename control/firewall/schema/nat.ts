// SPDX-License-Identifier: GPL-2.0-only
// `nat:` of the configuration file.

import Type from "typebox";
import { strict } from "../../config/schema/common.js";
import { Addresses, Comment, Family, Interfaces, Ports, Protocols } from "./terms.js";

const match = {
  family: Type.Optional(Family),
  source: Type.Optional(Addresses),
  destination: Type.Optional(Addresses),
  protocol: Type.Optional(Protocols),
  ports: Type.Optional(Ports),
  comment: Type.Optional(Comment),
};

const Masquerade = Type.Object({ ...match, out: Interfaces }, strict);

const SourceNat = Type.Object(
  {
    ...match,
    out: Type.Optional(Interfaces),
    to: Type.String({ description: "an address or a range FROM-TO", examples: ["192.0.2.9"] }),
  },
  strict,
);

const target = Type.String({
  description: "ADDRESS or ADDRESS:PORT, [ADDRESS]:PORT with IPv6",
  examples: ["10.0.0.2:80"],
});

const DestinationNat = Type.Object({ ...match, in: Type.Optional(Interfaces), to: target }, strict);

const Forward = Type.Object(
  {
    in: Interfaces,
    protocol: Type.Optional(Protocols),
    ports: Ports,
    source: Type.Optional(Addresses),
    destination: Type.Optional(Addresses),
    to: target,
    hairpin: Type.Optional(Interfaces),
    comment: Type.Optional(Comment),
  },
  strict,
);

export const Nat = Type.Object(
  {
    masquerade: Type.Optional(Type.Array(Masquerade, { description: "what leaves with the address of its interface" })),
    snat: Type.Optional(Type.Array(SourceNat, { description: "what leaves with a given address" })),
    dnat: Type.Optional(Type.Array(DestinationNat, { description: "what goes to another address than it says" })),
    forward: Type.Optional(Type.Array(Forward, { description: "ports that lead to a host inside" })),
  },
  strict,
);

export type Nat = Type.Static<typeof Nat>;
