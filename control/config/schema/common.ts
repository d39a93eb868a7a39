// SPDX-License-Identifier: GPL-2.0-only
// What the parts of the schema have in common. A `description` is what an error
// message says was expected; the first of `examples` follows it.

import Type from "typebox";

export const strict = { additionalProperties: false };

export const InterfaceName = Type.String({
  pattern: "^[^\\s/:]{1,15}$",
  description: "an interface name of at most 15 characters",
  examples: ["wan0"],
});

export const Metric = Type.Integer({ minimum: 1, maximum: 4294967295, description: "a metric of 1 or more" });
