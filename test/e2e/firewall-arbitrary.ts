// SPDX-License-Identifier: GPL-2.0-only
// Any firewall that makes sense.

import fc from "fast-check";
import { interfaces } from "./firewall-bed.js";

type Json = Record<string, unknown>;

const sets = {
  four: { type: "ipv4", elements: ["198.51.100.0/24", "203.0.113.7"] },
  six: { type: "ipv6", elements: ["2001:db8:5::/48"] },
  ports: { type: "port", elements: [80, "8000-8010"] },
  learned4: { type: "ipv4", dynamic: true, timeout: "90m" },
  learned6: { type: "ipv6", dynamic: true, size: 100 },
};

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.uniqueArray(arbitrary, { minLength: 1, maxLength: 4 });
const names = some(fc.constantFrom(...interfaces, "lan"));

const four = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 })).map(([bits, length]) => {
  const masked = length === 0 ? 0 : (bits & (0xffffffff << (32 - length))) >>> 0;
  const text = [24, 16, 8, 0].map((shift) => (masked >>> shift) & 255).join(".");
  return length === 32 ? text : `${text}/${length}`;
});
const six = fc.tuple(fc.integer({ min: 0x2000, max: 0x3fff }), fc.integer({ min: 1, max: 0xffff }), fc.boolean()).map(
  ([high, low, prefix]) => (prefix ? `${high.toString(16)}:${low.toString(16)}::/32` : `${high.toString(16)}:db8::${low.toString(16)}`));
const port = fc.tuple(fc.integer({ min: 0, max: 65000 }), fc.integer({ min: 0, max: 500 })).map(
  ([from, more]) => (more === 0 ? from : `${from}-${from + more}`));

/** Addresses of a family; negated in half of all cases, but never all of them. */
const addresses = (family: "ipv4" | "ipv6"): fc.Arbitrary<string[]> => {
  const one = family === "ipv4" ? fc.oneof(four, fc.constant("@four")) : fc.oneof(six, fc.constant("@six"));
  return fc.tuple(some(one), fc.boolean()).map(([texts, negated]) =>
    negated && !texts.some((text) => text.endsWith("/0") || text.endsWith("/1") || text.endsWith("/2")) ? texts.map((text) => `!${text}`) : texts);
};

const transport = fc.oneof(
  fc.record({ protocol: some(fc.constantFrom("tcp", "udp", "sctp")), ports: optional(some(fc.oneof(port, fc.constant("@ports")))), "source-ports": optional(some(port)) }),
  fc.record({ protocol: some(fc.constantFrom("esp", "icmp", "icmpv6", "gre", 250)) }),
  fc.constant({}),
);

const ofFamily = (family: "ipv4" | "ipv6"): fc.Arbitrary<Json> =>
  fc.record({
    family: fc.constant(family), source: optional(addresses(family)), destination: optional(addresses(family)),
    learn: optional(fc.constant(family === "ipv4" ? "learned4" : "learned6")),
  });

const rest = fc.record({
  state: optional(some(fc.constantFrom("new", "established", "invalid"))),
  limit: optional(fc.constantFrom("10/second", "3/minute", "1/day")),
  log: optional(fc.constantFrom<unknown>(true, { prefix: "x: ", level: "info" })),
  counter: optional(fc.constantFrom("hits", "misses")),
  comment: optional(fc.constantFrom("why not", "it's {odd}; # really")),
  action: fc.constantFrom("accept", "drop", "reject"),
});

const rule = (direction: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.tuple(direction, fc.oneof(ofFamily("ipv4"), ofFamily("ipv6"), fc.constant<Json>({})), transport, rest)
    .map((parts) => clean(fitting(Object.assign({}, ...parts) as Json)));

/** Without the other family's ICMP, which no packet of a family can be. */
function fitting(json: Json): Json {
  const { family, protocol } = json;
  if (family === undefined || !Array.isArray(protocol)) return json;
  const possible = protocol.filter((name) => name !== (family === "ipv4" ? "icmpv6" : "icmp"));
  return { ...json, protocol: possible.length > 0 ? possible : undefined };
}

const clean = (json: Json): Json => Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));

const chain = (direction: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.record({ policy: fc.constantFrom("accept", "drop", "reject"), rules: fc.array(rule(direction), { maxLength: 8 }) });

const nat = fc.record({
  masquerade: fc.array(fc.record({ out: names, source: addresses("ipv4"), family: fc.constant("ipv4") }), { maxLength: 2 }),
  snat: fc.array(fc.record({ out: names, to: fc.constantFrom("192.0.2.1", "192.0.2.1-192.0.2.9", "2001:db8::1") }), { maxLength: 2 }),
  dnat: fc.array(fc.record({ in: names, protocol: fc.constantFrom("tcp", ["tcp", "udp"]), ports: port, to: fc.constantFrom("10.0.0.2:80", "[fd00::2]:80", "fd00::3") }), { maxLength: 2 }),
  forward: fc.array(fc.record({ in: names, ports: port, to: fc.constantFrom("10.0.0.2:80", "10.0.0.2", "[fd00::2]:443"), hairpin: names }), { maxLength: 2 }),
});

/** The text of `firewall:` and `nat:`; JSON is YAML. */
export const arbitraryFirewall: fc.Arbitrary<string> = fc
  .record({
    firewall: fc.record({
      zones: fc.constant({ lan: ["lan0", "lan1"] }),
      sets: fc.constant(sets),
      invalid: fc.constantFrom("drop", "accept"),
      flowtable: fc.constantFrom<unknown>(true, false, ["wan0", "lan0"]),
      input: chain(fc.record({ in: optional(names) })),
      forward: chain(fc.record({ in: optional(names), out: optional(names) })),
      output: chain(fc.record({ out: optional(names) })),
    }),
    nat,
  })
  .map((json) => Object.entries(json).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(""));
