// SPDX-License-Identifier: GPL-2.0-only

import { parsePrefix } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import type { Path } from "../document.js";
import type { MatchFile, QdiscFile } from "../schema/qos.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";

export interface MatchConfig {
  readonly source: Prefix | undefined;
  readonly destination: Prefix | undefined;
  readonly protocol: MatchFile["protocol"];
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly dscp: number | undefined;
  readonly mark: number | undefined;
}

export interface HtbClassConfig {
  readonly name: string;
  /** Bytes a second. */
  readonly rate: number;
  readonly ceil: number | undefined;
  readonly burst: number | undefined;
  readonly priority: number;
  readonly match: readonly MatchConfig[];
}

/** Rates are bytes a second, sizes bytes, times microseconds. */
export type QdiscConfig =
  | { readonly kind: "htb"; readonly rate: number; readonly fallback: number; readonly classes: readonly HtbClassConfig[] }
  | { readonly kind: "cake"; readonly bandwidth: number | undefined; readonly diffserv: NonNullable<QdiscFile["cake"]>["diffserv"]; readonly nat: boolean; readonly overhead: number | undefined }
  | { readonly kind: "fq_codel"; readonly limit: number | undefined; readonly target: number | undefined; readonly interval: number | undefined; readonly ecn: boolean }
  | { readonly kind: "tbf"; readonly rate: number; readonly burst: number; readonly limit: number }
  | { readonly kind: "prio"; readonly bands: number }
  | { readonly kind: "netem"; readonly delay: number; readonly jitter: number; readonly limit: number; readonly loss: number }
  | { readonly kind: "fq"; readonly limit: number | undefined; readonly maxRate: number | undefined };

export interface QosConfig {
  readonly interface: string;
  readonly egress: QdiscConfig | undefined;
  readonly police: { readonly rate: number; readonly burst: number } | undefined;
  /** Of what comes: it goes through an interface of its own, whose queue this is. */
  readonly shape: QdiscConfig | undefined;
}

/** Where what comes through `name` waits. */
export const ifbOf = (name: string): string => `ifb-${name}`;
const longest = 15;

const scaled = (text: string, units: Readonly<Record<string, number>>): number => {
  const [, number = "", unit = ""] = /^([\d.]+)(\D*)$/.exec(text) ?? [];
  return Number(number) * units[unit]!;
};
const rate = (text: string): number => Math.floor(scaled(text, { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 }) / 8);
const size = (text: string): number => scaled(text, { "": 1, k: 1024, m: 1 << 20 });
const duration = (text: string): number => Math.round(scaled(text, { us: 1, ms: 1e3, s: 1e6 }));
const maybe = <T, R>(value: T | undefined, convert: (value: T) => R): R | undefined => (value === undefined ? undefined : convert(value));

export function buildQos({ qos = {}, ports, interfaces = {} }: ConfigFile, refuse: Refuse): QosConfig[] {
  return Object.entries(qos).map(([name, { egress, ingress }]) => {
    if (!Object.hasOwn(ports, name) && !Object.hasOwn(interfaces, name)) refuse(["qos", name], `there is no interface ${name}`);
    if (ingress?.shape && ifbOf(name).length > longest) {
      refuse(["qos", name, "ingress", "shape"], `${ifbOf(name)} is too long for the interface that shapes`, "a name of at most 11 characters");
    }
    return {
      interface: name,
      egress: egress && buildQdisc(egress, ["qos", name, "egress"], refuse),
      police: maybe(ingress?.police, (police) => ({ rate: rate(police.rate), burst: size(police.burst) })),
      shape: maybe(ingress?.shape, (shape) => buildQdisc(shape, ["qos", name, "ingress", "shape"], refuse)),
    };
  });
}

function buildQdisc(file: QdiscFile, path: Path, refuse: Refuse): QdiscConfig | undefined {
  const { htb, cake, fq_codel: fqCodel, tbf, prio, netem, fq } = file;
  if (htb) return buildHtb(htb, [...path, "htb"], refuse);
  if (cake) return { kind: "cake", bandwidth: maybe(cake.bandwidth, rate), diffserv: cake.diffserv, nat: cake.nat ?? false, overhead: cake.overhead };
  if (fqCodel) {
    const { limit, target, interval, ecn = true } = fqCodel;
    return { kind: "fq_codel", limit, target: maybe(target, duration), interval: maybe(interval, duration), ecn };
  }
  if (tbf) return { kind: "tbf", rate: rate(tbf.rate), burst: size(tbf.burst), limit: size(tbf.limit) };
  if (prio) return { kind: "prio", bands: prio.bands };
  if (netem) {
    const { delay = "0us", jitter = "0us", limit = 1000, loss = 0 } = netem;
    return { kind: "netem", delay: duration(delay), jitter: duration(jitter), limit, loss };
  }
  return { kind: "fq", limit: fq?.limit, maxRate: maybe(fq?.["max-rate"], rate) };
}

function buildHtb(htb: NonNullable<QdiscFile["htb"]>, path: Path, refuse: Refuse): QdiscConfig {
  const names = Object.keys(htb.classes);
  const fallback = names.indexOf(htb.default);
  if (fallback < 0) refuse([...path, "default"], `there is no class ${htb.default}`, `classes: ${names.join(", ")}`);
  const total = rate(htb.rate);
  const classes = Object.entries(htb.classes).map(([name, one]): HtbClassConfig => {
    const at = [...path, "classes", name];
    const own = rate(one.rate);
    if (own > total) refuse([...at, "rate"], `class ${name} is promised more than all of it: ${one.rate} of ${htb.rate}`);
    if (one.ceil !== undefined && rate(one.ceil) < own) refuse([...at, "ceil"], `ceil is less than rate`, `at least ${one.rate}`);
    return {
      name, rate: own, ceil: maybe(one.ceil, rate), burst: maybe(one.burst, size), priority: one.priority ?? 0,
      match: (one.match ?? []).map((match, index) => buildMatch(match, [...at, "match", index], refuse)),
    };
  });
  return { kind: "htb", rate: total, fallback, classes };
}

function buildMatch(match: MatchFile, path: Path, refuse: Refuse): MatchConfig {
  const prefix = (key: "source" | "destination"): Prefix | undefined => {
    const text = match[key];
    if (text === undefined) return undefined;
    return parsePrefix(text) ?? refuse([...path, key], `${text} is not a prefix`, "for example 192.0.2.0/24");
  };
  const [source, destination] = [prefix("source"), prefix("destination")];
  const { protocol, dscp, mark, "source-port": sourcePort, "destination-port": destinationPort } = match;
  if (mark !== undefined && Object.keys(match).length > 1) refuse([...path, "mark"], "a mark cannot be matched together with anything else");
  if (source && destination && source.address.family !== destination.address.family) refuse(path, "source and destination are of different families");
  const hasPorts = protocol === "tcp" || protocol === "udp" || protocol === "sctp";
  if ((sourcePort ?? destinationPort) !== undefined && !hasPorts) refuse(path, "ports need a protocol that has them", "protocol: tcp, udp or sctp");
  return { source, destination, protocol, sourcePort, destinationPort, dscp, mark };
}
