// SPDX-License-Identifier: GPL-2.0-only
// Names that nft and the kernel have for numbers.

import type { Family } from "../net/address.js";

/** By what nft calls it; "icmpv6" is nft's "ipv6-icmp". */
export const protocols: ReadonlyMap<string, number> = new Map([
  ["icmp", 1], ["igmp", 2], ["tcp", 6], ["udp", 17], ["dccp", 33], ["gre", 47], ["esp", 50], ["ah", 51],
  ["ipv6-icmp", 58], ["ospf", 89], ["pim", 103], ["vrrp", 112], ["sctp", 132], ["udplite", 136],
]);

/** The family that a protocol belongs to, if it belongs to one. */
export const familyOfProtocol: ReadonlyMap<string, Family> = new Map([["icmp", 4], ["ipv6-icmp", 6]]);

export const protocolsWithPorts: readonly string[] = ["tcp", "udp", "dccp", "sctp", "udplite"];

export const icmpTypes: ReadonlyMap<string, number> = new Map([
  ["echo-reply", 0], ["destination-unreachable", 3], ["source-quench", 4], ["redirect", 5], ["echo-request", 8],
  ["router-advertisement", 9], ["router-solicitation", 10], ["time-exceeded", 11], ["parameter-problem", 12],
  ["timestamp-request", 13], ["timestamp-reply", 14], ["info-request", 15], ["info-reply", 16],
  ["address-mask-request", 17], ["address-mask-reply", 18],
]);

export const icmpv6Types: ReadonlyMap<string, number> = new Map([
  ["destination-unreachable", 1], ["packet-too-big", 2], ["time-exceeded", 3], ["parameter-problem", 4],
  ["echo-request", 128], ["echo-reply", 129], ["mld-listener-query", 130], ["mld-listener-report", 131],
  ["mld-listener-done", 132], ["nd-router-solicit", 133], ["nd-router-advert", 134], ["nd-neighbor-solicit", 135],
  ["nd-neighbor-advert", 136], ["nd-redirect", 137], ["router-renumbering", 138], ["ind-neighbor-solicit", 141],
  ["ind-neighbor-advert", 142], ["mld2-listener-report", 143],
]);

/** In the order of the kernel's bits, as nft lists them. */
export const states: readonly string[] = ["invalid", "established", "related", "new", "untracked"];

/** The names of `numbers` in numeric order; a number without a name stays one. */
export function sortedNames(names: ReadonlyMap<string, number>, numbers: Iterable<number>): string[] {
  const byNumber = new Map([...names].map(([name, number]) => [number, name]));
  return [...new Set(numbers)].sort((a, b) => a - b).map((number) => byNumber.get(number) ?? String(number));
}

/** As nft sorts them, without doubles: by length, then from the last letter on. */
export const sortedInterfaces = (names: readonly string[]): string[] => {
  const backwards = (name: string): string => [...name].reverse().join("");
  return [...new Set(names)].sort((a, b) => a.length - b.length || (backwards(a) < backwards(b) ? -1 : 1));
};
