// SPDX-License-Identifier: GPL-2.0-only
// Which packets a rule means, and whether there can be such packets.

import type { Path } from "../../config/document.js";
import type { Family } from "../../net/address.js";
import type { AddressTerms, Match } from "../model.js";
import { familyOfProtocol, icmpTypes, icmpv6Types, protocolsWithPorts, states } from "../names.js";
import { isEverything } from "../ranges.js";
import { list } from "./context.js";
import type { Context } from "./context.js";
import { addressTerms, interfaceNames, namesOf, portTerms, protocolNames } from "./terms.js";

type OneOrMore<T> = T | readonly T[];

/** What rules of every kind may say of packets. */
export interface FileMatch {
  readonly in?: OneOrMore<string> | undefined;
  readonly out?: OneOrMore<string> | undefined;
  readonly family?: "ipv4" | "ipv6" | undefined;
  readonly source?: OneOrMore<string> | undefined;
  readonly destination?: OneOrMore<string> | undefined;
  readonly protocol?: OneOrMore<string | number> | undefined;
  readonly "source-ports"?: OneOrMore<string | number> | undefined;
  readonly ports?: OneOrMore<string | number> | undefined;
  readonly icmp?: OneOrMore<string | number> | undefined;
  readonly icmpv6?: OneOrMore<string | number> | undefined;
  readonly state?: OneOrMore<string> | undefined;
}

/** `only`: the family of what the packets are sent to. */
export function checkMatch(file: FileMatch, path: Path, context: Context, only?: Family): Match {
  const source = addressTerms(file.source, [...path, "source"], context);
  const destination = addressTerms(file.destination, [...path, "destination"], context);
  const protocols = protocolNames(file.protocol, [...path, "protocol"], context);
  const types = (value: OneOrMore<string | number> | undefined, table: ReadonlyMap<string, number>, key: "icmp" | "icmpv6") =>
    value === undefined ? undefined : namesOf(table, value, `type of ${key}`, [...path, key], context);
  const match: Match = {
    in: interfaceNames(file.in, [...path, "in"], context),
    out: interfaceNames(file.out, [...path, "out"], context),
    families: families(file, source, destination, protocols, path, context, only),
    source,
    destination,
    protocols,
    sourcePorts: portTerms(file["source-ports"], [...path, "source-ports"], context),
    ports: portTerms(file.ports, [...path, "ports"], context),
    icmp: types(file.icmp, icmpTypes, "icmp"),
    icmpv6: types(file.icmpv6, icmpv6Types, "icmpv6"),
    states: file.state === undefined ? undefined : states.filter((state) => list(file.state!).includes(state)),
  };
  checkEmpty(source, [...path, "source"], context);
  checkEmpty(destination, [...path, "destination"], context);
  checkProtocols(match, path, context);
  return match;
}

function families(
  file: FileMatch, source: AddressTerms | undefined, destination: AddressTerms | undefined,
  protocols: readonly string[] | undefined, path: Path, { refuse }: Context, only: Family | undefined,
): Family[] {
  const said: [string, readonly Family[]][] = [];
  if (file.family) said.push(["family", [file.family === "ipv4" ? 4 : 6]]);
  if (source?.size) said.push(["source", [...source.keys()]]);
  if (destination?.size) said.push(["destination", [...destination.keys()]]);
  const byProtocol = protocols?.length === 1 ? familyOfProtocol.get(protocols[0]!) : undefined;
  if (byProtocol) said.push(["protocol", [byProtocol]]);
  if (only) said.push(["to", [only]]);
  if (file.icmp !== undefined || file.icmpv6 !== undefined) {
    said.push(["icmp", [...(file.icmp === undefined ? [] : [4 as const]), ...(file.icmpv6 === undefined ? [] : [6 as const])]]);
  }
  const possible = ([4, 6] as const).filter((family) => said.every(([, allowed]) => allowed.includes(family)));
  if (possible.length === 0) {
    const words = said.map(([key, allowed]) => `${key} is ${allowed.map((family) => `IPv${family}`).join(" and ")}`);
    refuse(path, `no packet can match: ${words.join(", ")}`);
  }
  return possible;
}

function checkEmpty(terms: AddressTerms | undefined, path: Path, { refuse }: Context): void {
  for (const [family, { negated, ranges }] of terms ?? []) {
    if (negated && ranges.some(isEverything)) refuse(path, `no IPv${family} packet can match`);
  }
}

function checkProtocols({ protocols, ports, sourcePorts, icmp, icmpv6 }: Match, path: Path, { refuse }: Context): void {
  if (icmp !== undefined || icmpv6 !== undefined) {
    if (protocols || ports || sourcePorts) refuse(path, "icmp and icmpv6 say the protocol already", "leave protocol and ports away");
    return;
  }
  if (!ports && !sourcePorts) return;
  if (!protocols) {
    refuse(path, "ports are of a protocol", "add protocol: tcp, or [tcp, udp]");
    return;
  }
  const portless = protocols.filter((protocol) => !protocolsWithPorts.includes(protocol));
  if (portless.length > 0) refuse([...path, "protocol"], `${portless.join(", ")} has no ports`, `with ports: ${protocolsWithPorts.join(", ")}`);
}
