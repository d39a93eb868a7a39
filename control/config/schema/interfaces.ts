// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { InterfaceName, strict } from "./common.js";

const Interface = Type.Object(
  {
    up: Type.Optional(Type.Boolean({ description: "true or false" })),
    mtu: Type.Optional(Type.Integer({ minimum: 68, maximum: 65535, description: "an MTU, 68 to 65535" })),
    addresses: Type.Optional(
      Type.Array(Type.String({ description: "an address with a prefix length" }), {
        uniqueItems: true,
        description: "a list of addresses",
        examples: ["[192.0.2.1/24, 2001:db8::1/64]"],
      }),
    ),
  },
  strict,
);

export const Interfaces = Type.Record(InterfaceName, Interface, { additionalProperties: false });
