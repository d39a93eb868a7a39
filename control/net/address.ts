// SPDX-License-Identifier: GPL-2.0-only
// IP addresses and prefixes, as text and as the kernel's bytes.

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

export type Family = 4 | 6;

export interface Address {
  readonly family: Family;
  /** Canonical text (RFC 5952 for IPv6): equal addresses have equal text. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** An address with a prefix length; host bits may be set. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

export const bits = (family: Family): number => (family === 4 ? 32 : 128);

/** The address that `text` means, or undefined. */
export function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 || text.includes("%") ? undefined : fromBytes(ipaddr.parse(text).toByteArray());
}

/** From 4 or 16 bytes in network order. */
export function fromBytes(bytes: ArrayLike<number>): Address {
  const copy = new Uint8Array(bytes);
  return copy.length === 4
    ? { family: 4, text: `${copy[0]}.${copy[1]}.${copy[2]}.${copy[3]}`, bytes: copy } // a full table has a million
    : { family: 6, text: ipaddr.fromByteArray(Array.from(copy)).toString(), bytes: copy };
}

/** The prefix that `text` (ADDRESS/LENGTH) means, or undefined. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, host, digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = host === undefined ? undefined : parseAddress(host);
  const length = Number(digits);
  return address && length <= bits(address.family) ? { address, length } : undefined;
}

export const formatPrefix = ({ address, length }: Prefix): string => `${address.text}/${length}`;

/** The prefix with its host bits cleared. */
export function network({ address, length }: Prefix): Prefix {
  const bytes = address.bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff << (8 - kept));
  });
  return { address: fromBytes(bytes), length };
}

export const hasHostBits = (prefix: Prefix): boolean =>
  network(prefix).address.text !== prefix.address.text;

/** Is `address` in `prefix`? */
export function contains({ address: { family, bytes }, length }: Prefix, address: Address): boolean {
  if (family !== address.family) return false;
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== address.bytes[i]) return false;
  const mask = 0xff00 >> (length & 7);
  return (length & 7) === 0 || ((bytes[whole]! ^ address.bytes[whole]!) & mask & 0xff) === 0;
}

/** 0.0.0.0/0 or ::/0 */
export const defaultPrefix = (family: Family): Prefix => ({
  address: fromBytes(new Uint8Array(family === 4 ? 4 : 16)),
  length: 0,
});
