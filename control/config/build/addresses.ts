// SPDX-License-Identifier: GPL-2.0-only
// Addresses and prefixes out of a file.

import { formatPrefix, hasHostBits, network, parseAddress, parsePrefix } from "../../net/address.js";
import type { Address, Family, Prefix } from "../../net/address.js";
import type { Path } from "../document.js";
import type { Refuse } from "./context.js";

/** An interface's address: its prefix length belongs to it. */
export function buildInterfaceAddress(text: string, path: Path, refuse: Refuse): Prefix | undefined {
  const prefix = parsePrefix(text);
  if (prefix) return prefix;
  const address = parseAddress(text);
  const hint = address
    ? `with its prefix length, for example ${text}/${address.family === 4 ? 24 : 64}`
    : "for example 192.0.2.1/24 or 2001:db8::1/64";
  return refuse(path, `${text} is not an address with a prefix length`, hint);
}

export function buildAddress(text: string, path: Path, refuse: Refuse, family?: Family): Address | undefined {
  const address = parseAddress(text);
  if (!address) return refuse(path, `${text} is not an address`, family === 6 ? "for example 2001:db8::1" : "for example 192.0.2.1");
  if (family !== undefined && address.family !== family) return refuse(path, `${text} is not an IPv${family} address`);
  return address;
}

/** A prefix whose bits behind its length are zero. */
export function buildPrefix(text: string, path: Path, refuse: Refuse): Prefix | undefined {
  const prefix = parsePrefix(text);
  if (!prefix) return refuse(path, `${text} is not a prefix`, "for example 198.51.100.0/24, 2001:db8::/32 or default");
  if (hasHostBits(prefix)) {
    return refuse(path, `${text} has bits set behind its prefix length`, `${formatPrefix(network(prefix))} would be right`);
  }
  return prefix;
}
