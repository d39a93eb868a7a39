// SPDX-License-Identifier: GPL-2.0-only
// Ranges of addresses and ports: read, united, and written as nft lists them.

import { bits, fromBytes, parseAddress, parsePrefix } from "../net/address.js";
import type { Address, Family, Prefix } from "../net/address.js";

/** Both ends are in it. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

export interface AddressRange extends Range {
  readonly family: Family;
}

const numberOf = ({ bytes }: Address): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** The text of an address; sets have many of IPv4's. */
function addressText(family: Family, value: bigint): string {
  if (family === 4) {
    const number = Number(value);
    return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
  }
  return fromBytes(Array.from({ length: 16 }, (_, index) => Number((value >> BigInt(8 * (15 - index))) & 0xffn))).text;
}

/** Host bits that are set do not matter. */
function prefixRange({ address, length }: Prefix): AddressRange {
  const { family } = address;
  const host = (1n << BigInt(bits(family) - length)) - 1n;
  const to = numberOf(address) | host;
  return { family, from: to ^ host, to };
}

export type Parsed<T> = { readonly value: T } | { readonly fault: string; readonly hint?: string };

/** ADDRESS, ADDRESS/LENGTH or ADDRESS-ADDRESS */
export function parseAddressRange(text: string): Parsed<AddressRange> {
  const single = parseAddress(text);
  if (single) {
    const number = numberOf(single);
    return { value: { family: single.family, from: number, to: number } };
  }
  const prefix = parsePrefix(text);
  if (prefix) {
    const range = prefixRange(prefix);
    if (range.from === numberOf(prefix.address)) return { value: range };
    return { fault: `${text} has bits set behind its prefix length`, hint: `${formatAddressRange(range)} would be right` };
  }
  const [from, to] = text.split("-").map(parseAddress);
  if (!from || !to) return { fault: `${text} is not an address, a prefix or a range` };
  if (from.family !== to.family) return { fault: `${text}: one end is IPv4, the other IPv6` };
  const range = { family: from.family, from: numberOf(from), to: numberOf(to) };
  return range.from <= range.to ? { value: range } : { fault: `${text} ends before it begins` };
}

const lastPort = 65535;

/** PORT or PORT-PORT */
export function parsePortRange(text: string | number): Parsed<Range> {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(String(text)) ?? [];
  if (first === undefined) return { fault: `${text} is not a port or a range of ports` };
  if (Number(first) > lastPort || Number(last) > lastPort) {
    return { fault: `${text} is not a port`, hint: `ports are 0 to ${lastPort}` };
  }
  if (Number(first) > Number(last)) return { fault: `${text} ends before it begins` };
  return { value: { from: BigInt(first), to: BigInt(last!) } };
}

/** The same numbers in as few ranges as possible, in order. */
export function unite<R extends Range>(ranges: readonly R[]): R[] {
  const united: R[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = united.at(-1);
    if (last && range.from <= last.to + 1n) {
      if (range.to > last.to) united[united.length - 1] = { ...last, to: range.to };
    } else {
      united.push(range);
    }
  }
  return united;
}

export const isSingle = ({ from, to }: Range): boolean => from === to;

/** Is it every address of its family? */
export const isEverything = ({ family, from, to }: AddressRange): boolean =>
  from === 0n && to === (1n << BigInt(bits(family))) - 1n;

export function formatAddressRange(range: AddressRange): string {
  const { family, from, to } = range;
  const first = addressText(family, from);
  if (isSingle(range)) return first;
  const size = to - from + 1n;
  const host = size.toString(2).length - 1;
  const aligned = size === 1n << BigInt(host) && from % size === 0n;
  return aligned ? `${first}/${bits(family) - host}` : `${first}-${addressText(family, to)}`;
}

export const formatPortRange = (range: Range): string =>
  isSingle(range) ? String(range.from) : `${range.from}-${range.to}`;
