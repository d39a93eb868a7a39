// SPDX-License-Identifier: GPL-2.0-only
// Attributes that hold attributes, in each of the ways in which netlink does it.

import { AttributeSet } from "./attributes.js";
import { malformed } from "./codec.js";
import type { Codec, Scope } from "./codec.js";
import { binary } from "./plain.js";
import type { Struct } from "./plain.js";
import { align } from "./writer.js";

/** A struct and attributes behind it: the value has the struct as `header`. */
export function headed<H extends object, T extends object>(header: Struct<H>, set: AttributeSet<T>): Codec<T & { readonly header?: Partial<H> }> {
  return {
    encode(out, { header: head, ...values }, scope) {
      header.encode(out, (head ?? {}) as H);
      out.zeros(align(header.size) - header.size);
      set.encode(out, values as unknown as T, scope);
    },
    decode(bytes, start, end, scope) {
      const behind = start + align(header.size);
      return { header: header.decode(bytes, start, Math.min(end, behind)), ...set.decode(bytes, behind, end, scope) };
    },
    locate: (bytes, start, end, offset, scope) => set.locate(bytes, start + align(header.size), end, offset, scope),
  };
}

const element = "element";

/** A nest in which the values stand numbered, from `first`. */
export function indexed<T>(codec: Codec<T>, first: number, type: number): Codec<readonly T[]> {
  return {
    encode(out, values, scope) {
      values.forEach((value, index) => {
        const at = out.open((first + index) | type);
        codec.encode(out, value, scope);
        out.close(at);
      });
    },
    decode(bytes, start, end, scope) {
      const found: T[] = [];
      for (const [from, to] of elements(bytes, start, end)) found.push(codec.decode(bytes, from, to, scope));
      return found;
    },
    locate(bytes, start, end, offset, scope) {
      for (const [from, to] of elements(bytes, start, end)) {
        if (offset < to) return codec.locate?.(bytes, from, to, offset, scope) ?? element;
      }
      return undefined;
    },
  };
}

function* elements(bytes: Buffer, start: number, end: number): Generator<[from: number, to: number]> {
  for (let at = start; at + 4 <= end; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > end) throw malformed(`an element of impossible length ${length}`);
    yield [at + 4, at + length];
    at += align(length);
  }
}

/** What `selector`, an attribute beside or around this one, says the format is. */
export function subMessage<T>(selector: string, formats: () => Readonly<Record<string, Codec<unknown>>>): Codec<T> {
  let known: Readonly<Record<string, Codec<unknown>>> | undefined;
  const choose = (scope: Scope | undefined): Codec<unknown> => {
    known ??= formats();
    for (let at = scope; at; at = at.outer) {
      const value = at.values[selector];
      if (value !== undefined) return Object.hasOwn(known, String(value)) ? known[String(value)]! : binary;
    }
    return binary;
  };
  return {
    encode(out, value, scope) {
      const codec = value instanceof Uint8Array ? binary : choose(scope);
      if (codec === binary && !(value instanceof Uint8Array)) throw malformed(`there is no format for this ${selector}`);
      codec.encode(out, value, scope);
    },
    decode: (bytes, start, end, scope) => choose(scope).decode(bytes, start, end, scope) as T,
    locate: (bytes, start, end, offset, scope) => choose(scope).locate?.(bytes, start, end, offset, scope),
  };
}

/**
 * Structs that begin with their own length (16 bits), each followed by
 * attributes: the next hops of a multipath route.
 */
export function records<H extends object, T extends object>(header: Struct<H>, set: AttributeSet<T>): Codec<readonly (T & { readonly header?: Partial<H> })[]> {
  const one = headed(header, set);
  return {
    encode(out, values, scope) {
      for (const value of values) {
        const at = out.length;
        one.encode(out, value, scope);
        out.setU16(at, out.length - at);
      }
    },
    decode(bytes, start, end, scope) {
      const found: (T & { readonly header?: Partial<H> })[] = [];
      for (let at = start; at + header.size <= end; ) {
        const length = bytes.readUInt16LE(at);
        if (length < header.size || at + length > end) throw malformed(`a record of impossible length ${length}`);
        found.push(one.decode(bytes, at, at + length, scope));
        at += align(length);
      }
      return found;
    },
    locate(bytes, start, end, offset, scope) {
      for (let at = start; at + header.size <= end; ) {
        const length = Math.max(header.size, bytes.readUInt16LE(at));
        if (offset < at + length) return one.locate?.(bytes, at, at + length, offset, scope);
        at += align(length);
      }
      return undefined;
    },
  };
}
