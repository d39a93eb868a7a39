// SPDX-License-Identifier: GPL-2.0-only
// From `nat:` of a file that has the right shape to what it means.

import type { Path } from "../../config/document.js";
import type { Model, Target } from "../model.js";
import { parseAddressRange, parsePortRange } from "../ranges.js";
import type { AddressRange } from "../ranges.js";
import type { Nat } from "../schema/nat.js";
import type { Context } from "./context.js";
import { checkMatch } from "./match.js";
import { interfaceNames } from "./terms.js";

type NatModel = Pick<Model, "sourceNat" | "destinationNat" | "forwards">;

export function checkNat({ masquerade = [], snat = [], dnat = [], forward = [] }: Nat, context: Context): NatModel {
  const { place } = context;
  const each = <T, R>(key: string, rules: readonly T[], check: (rule: T, path: Path) => R | undefined): R[] =>
    rules.flatMap((rule, index) => check(rule, ["nat", key, index]) ?? []);
  return {
    sourceNat: [
      ...each("masquerade", masquerade, (rule, path) => ({
        place: place(path), match: checkMatch(rule, path, context), to: undefined, comment: rule.comment,
      })),
      ...each("snat", snat, (rule, path) => {
        const to = sourceAddress(rule.to, [...path, "to"], context);
        return to && { place: place(path), match: checkMatch(rule, path, context, to.family), to, comment: rule.comment };
      }),
    ],
    destinationNat: each("dnat", dnat, (rule, path) => {
      const to = target(rule.to, [...path, "to"], context);
      return to && { place: place(path), match: matchTo(rule, to, path, context), to, comment: rule.comment };
    }),
    forwards: each("forward", forward, (rule, path) => {
      const to = target(rule.to, [...path, "to"], context);
      if (!to) return undefined;
      const match = matchTo({ protocol: "tcp", ...rule }, to, path, context);
      return {
        place: place(path), to, comment: rule.comment,
        match: { ...match, local: match.destination === undefined },
        hairpin: interfaceNames(rule.hairpin, [...path, "hairpin"], context),
      };
    }),
  };
}

/** The match of a rule that sends packets to `to`. */
function matchTo(rule: Parameters<typeof checkMatch>[0], to: Target, path: Path, context: Context) {
  const match = checkMatch(rule, path, context, to.addresses.family);
  if (to.port !== undefined && !match.protocols) context.refuse([...path, "to"], "a port is of a protocol", "add protocol: tcp, or [tcp, udp]");
  return match;
}

function sourceAddress(text: string, path: Path, { refuse }: Context): AddressRange | undefined {
  const parsed = parseAddressRange(text);
  return "value" in parsed ? parsed.value : refuse(path, parsed.fault, parsed.hint ?? "an address or a range FROM-TO");
}

/** ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT; a range in place of the address. */
function target(text: string, path: Path, { refuse }: Context): Target | undefined {
  const whole = parseAddressRange(text);
  if ("value" in whole) return { addresses: whole.value, port: undefined };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(.+))?$/.exec(text) ?? [];
  const parsed = parseAddressRange(bracketed ?? plain ?? text);
  if ("fault" in parsed || port === undefined) {
    return refuse(path, `${text} is not an address, with a port or without`, "for example 10.0.0.2:80 or [2001:db8::2]:80");
  }
  const range = parsePortRange(port);
  if ("fault" in range) return refuse(path, range.fault, range.hint);
  if (range.value.from !== range.value.to) return refuse(path, `${port} are several ports`, "leave it away to keep the port as it is");
  return { addresses: parsed.value, port: Number(range.value.from) };
}
