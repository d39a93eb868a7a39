// SPDX-License-Identifier: GPL-2.0-only
// The words of which rules of the firewall and of NAT are made.

import Type from "typebox";
import type { TSchema } from "typebox";

export const Name = Type.String({
  pattern: "^[A-Za-z][A-Za-z0-9_-]{0,30}$",
  description: "a name of at most 31 letters, digits, _ and -",
  examples: ["admins"],
});

/** One, or a list of them; `description` is of one. */
const oneOrMore = <T extends TSchema>(one: T, description: string, example: string) =>
  Type.Union([one, Type.Array(one, { minItems: 1, uniqueItems: true })], {
    description: `${description}, or a list of such`,
    examples: [example],
  });

export const Interfaces = oneOrMore(
  Type.String({ pattern: "^[^\\s/:\"@!]{1,31}$" }),
  "a zone or an interface", "lan0",
);

export const Addresses = oneOrMore(
  Type.String(), "an address, a prefix, a range or @SET; with ! before each, what it must not be", "192.0.2.0/24",
);

export const Ports = oneOrMore(
  Type.Union([Type.Integer(), Type.String()]), "a port, a range FROM-TO or @SET", "8000-8010",
);

export const Protocols = oneOrMore(
  Type.Union([Type.Integer({ minimum: 0, maximum: 255 }), Type.String()]),
  "a protocol such as tcp, udp, icmp, icmpv6, esp, or a protocol number", "tcp",
);

export const IcmpTypes = oneOrMore(
  Type.Union([Type.Integer({ minimum: 0, maximum: 255 }), Type.String()]),
  "an ICMP type by name or number", "echo-request",
);

export const States = oneOrMore(
  Type.Enum(["invalid", "established", "related", "new", "untracked"]),
  "invalid, established, related, new or untracked", "new",
);

export const Family = Type.Enum(["ipv4", "ipv6"], { description: "ipv4 or ipv6" });

export const Rate = Type.String({
  pattern: "^[1-9][0-9]{0,8}/(second|minute|hour|day)$",
  description: "a rate COUNT/second, /minute, /hour or /day",
  examples: ["10/second"],
});

export const Duration = Type.String({
  pattern: "^[1-9][0-9]{0,6}[smhd]$",
  description: "a duration in s, m, h or d",
  examples: ["1h"],
});

export const Comment = Type.String({
  pattern: "^[^\"\\\\\\n]{1,120}$",
  description: "a text of at most 120 characters without quotation marks and backslashes",
  examples: ["the web server"],
});
