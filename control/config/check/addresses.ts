// SPDX-License-Identifier: GPL-2.0-only
// Addresses: each once in a VRF, and no network on two interfaces.

import { bits, formatPrefix } from "../../net/address.js";
import type { Prefix } from "../../net/address.js";
import type { Refuse } from "../build/context.js";
import type { Path } from "../document.js";
import type { Config } from "../model.js";

interface Used {
  readonly prefix: Prefix;
  readonly interface: string;
  readonly path: Path;
  /** As hexadecimal digits, which compare as the numbers do. */
  readonly first: string;
  readonly last: string;
}

export function checkAddresses({ interfaces }: Config, refuse: Refuse): void {
  const vrfs = new Set(interfaces.filter(({ link }) => link.kind === "vrf").map(({ name }) => name));
  const domains = new Map<string, Used[]>();
  for (const { name, master, addresses } of interfaces) {
    const vrf = master !== undefined && vrfs.has(master) ? master : "";
    for (const [index, prefix] of addresses.entries()) {
      const domain = `${vrf} ${prefix.address.family}`;
      const used = domains.get(domain) ?? [];
      used.push({ prefix, interface: name, path: ["interfaces", name, "addresses", index], ...range(prefix) });
      domains.set(domain, used);
    }
  }
  for (const used of domains.values()) {
    checkDuplicates(used, refuse);
    checkOverlaps(used, refuse);
  }
}

function checkDuplicates(used: readonly Used[], refuse: Refuse): void {
  const seen = new Map<string, Used>();
  for (const one of used) {
    const { text } = one.prefix.address;
    const other = seen.get(text);
    const linkLocal = isLinkLocal(one.prefix) && other?.interface !== one.interface;
    if (other && !linkLocal) refuse(one.path, `${text} is an address of ${other.interface} already`, "an address is given once in a VRF");
    seen.set(text, one);
  }
}

/** A host's prefix may lie in another's network, and link-local ones are on every link. */
function checkOverlaps(used: readonly Used[], refuse: Refuse): void {
  const networks = used
    .filter(({ prefix }) => prefix.length < bits(prefix.address.family) && !isLinkLocal(prefix))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.prefix.length - b.prefix.length));
  let widest: Used | undefined;
  for (const one of networks) {
    if (widest && one.first <= widest.last && one.interface !== widest.interface) {
      const [late, early] = used.indexOf(one) > used.indexOf(widest) ? [one, widest] : [widest, one];
      if (late.prefix.address.text !== early.prefix.address.text) {
        refuse(
          late.path, `${formatPrefix(late.prefix)} overlaps ${formatPrefix(early.prefix)} of ${early.interface}`,
          "a network is on one interface of a VRF: narrow one, bridge the interfaces, or put one in a VRF",
        );
      }
    }
    if (!widest || one.last > widest.last) widest = one;
  }
}

const isLinkLocal = ({ address: { bytes } }: Prefix): boolean => bytes.length === 16 && bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80;

function range({ address: { bytes }, length }: Prefix): { readonly first: string; readonly last: string } {
  const mask = (index: number): number => (0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff;
  const first = bytes.map((byte, index) => byte & mask(index));
  const last = bytes.map((byte, index) => byte | (~mask(index) & 0xff));
  return { first: Buffer.from(first).toString("hex"), last: Buffer.from(last).toString("hex") };
}
