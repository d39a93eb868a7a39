// SPDX-License-Identifier: GPL-2.0-only
// What the parts of the schema have in common. A `description` is what an error
// message says was expected; the first of `examples` follows it.

import Type from "typebox";
import type { TSchema } from "typebox";

export const strict = { additionalProperties: false };

export const InterfaceName = Type.String({
  pattern: "^[^\\s/:]{1,15}$",
  description: "an interface name of at most 15 characters",
  examples: ["wan0"],
});

export const Metric = Type.Integer({ minimum: 1, maximum: 4294967295, description: "a metric of 1 or more", examples: [100] });

export const Table = Type.Integer({ minimum: 1, maximum: 4294967295, description: "the number of a routing table", examples: [100] });

export const Mark = Type.Integer({ minimum: 0, maximum: 4294967295, description: "a firewall mark, a number", examples: [1] });

export const Weight = Type.Integer({ minimum: 1, maximum: 256, description: "a weight, 1 to 256", examples: [1] });

export const IpAddress = Type.String({ description: "an IPv4 or IPv6 address", examples: ["192.0.2.1"] });

export const Mac = Type.String({
  pattern: "^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$",
  description: "a link-layer address",
  examples: ["02:00:5e:10:00:01"],
});

interface Case {
  /** What a value must look like for this case to be meant. */
  readonly when: object;
  readonly then: TSchema;
}

/**
 * One of several forms, told apart by looking at the value first: a fault in it
 * is then reported for the form that was meant, not for all of them.
 */
export const oneOf = <T>(cases: readonly Case[], options: object): Type.TUnsafe<T> =>
  Type.Unsafe<T>({ ...options, allOf: cases.map(({ when, then }) => ({ if: when, then })) });
