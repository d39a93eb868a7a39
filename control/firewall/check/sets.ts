// SPDX-License-Identifier: GPL-2.0-only

import type { Path } from "../../config/document.js";
import type { NamedSet } from "../model.js";
import { formatAddressRange, formatPortRange, isSingle, parseAddressRange, parsePortRange, unite } from "../ranges.js";
import type { AddressRange, Parsed, Range } from "../ranges.js";
import type { FileSet } from "../schema/firewall.js";
import type { Context } from "./context.js";

/** Of a dynamic set that does not say: packets must not fill the memory. */
const defaultSize = 65536;

export function checkSet(name: string, set: FileSet, path: Path, context: Context): NamedSet {
  const { refuse, place } = context;
  const { type, elements = [], dynamic = false, timeout, size } = set;
  if (dynamic && elements.length > 0) refuse([...path, "elements"], "a dynamic set begins empty", "elements are of sets that are not dynamic");
  if (!dynamic && (timeout !== undefined || size !== undefined)) refuse(path, "timeout and size are of dynamic sets", "add dynamic: true");
  const { texts, interval } = type === "port"
    ? united(elements, [...path, "elements"], context, parsePortRange, formatPortRange)
    : united(elements, [...path, "elements"], context, addressOfType(type), formatAddressRange);
  return {
    name, type, interval, dynamic, timeout, place: place(path),
    elements: texts, size: dynamic ? (size ?? defaultSize) : undefined,
  };
}

const addressOfType = (type: "ipv4" | "ipv6") => (text: string): Parsed<AddressRange> => {
  const parsed = parseAddressRange(text);
  if ("fault" in parsed || `ipv${parsed.value.family}` === type) return parsed;
  return { fault: `${text} is not of the set's type ${type}` };
};

function united<R extends Range>(
  elements: readonly (string | number)[], path: Path, { refuse }: Context,
  parse: (text: string) => Parsed<R>, format: (range: R) => string,
): { readonly texts: string[]; readonly interval: boolean } {
  const ranges = elements.flatMap((element, index) => {
    const parsed = parse(String(element));
    if ("value" in parsed) return [parsed.value];
    refuse([...path, index], parsed.fault, parsed.hint);
    return [];
  });
  // Single addresses stay apart: a hash of them is faster than a tree of intervals.
  if (ranges.every(isSingle)) {
    const sorted = ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    return { texts: [...new Set(sorted.map(format))], interval: false };
  }
  return { texts: unite(ranges).map(format), interval: true };
}
