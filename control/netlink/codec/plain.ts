// SPDX-License-Identifier: GPL-2.0-only
// Payloads that are neither numbers nor attributes: text, bytes, structs, arrays.

import { malformed } from "./codec.js";
import type { Codec, Fixed } from "./codec.js";
import { u32 } from "./scalars.js";

export const binary: Codec<Uint8Array> = {
  encode: (out, value) => out.raw(value),
  decode: copy,
};

/** Bytes of our own: those of a datagram's buffer are written over by the next. */
function copy(bytes: Buffer, start: number, end: number): Uint8Array {
  const found = new Uint8Array(end - start);
  if (found.length > 32) found.set(bytes.subarray(start, end));
  else for (let i = 0; i < found.length; i++) found[i] = bytes[start + i]!;
  return found;
}

function text(terminated: boolean): Codec<string> {
  return {
    encode(out, value) {
      out.raw(Buffer.from(value));
      if (terminated) out.u8(0);
    },
    decode(bytes, start, end) {
      const stop = bytes.indexOf(0, start);
      return bytes.toString("utf8", start, stop < 0 || stop > end ? end : stop);
    },
  };
}

export const string = text(true);
/** Text whose terminating zero iproute2 does not send. */
export const unterminated = text(false);

export const flag: Codec<true> = {
  encode: () => undefined,
  decode: () => true,
};

export interface Bitfield32 {
  readonly value: number;
  /** Which bits are meant. */
  readonly selector: number;
}

/** Exactly `size` bytes; what is shorter is filled with zeros. */
export function bytes(size: number): Fixed<Uint8Array> {
  return {
    size,
    zero: new Uint8Array(size),
    encode(out, value) {
      if (value.length > size) throw malformed(`${value.length} bytes where ${size} fit`);
      out.raw(value);
      out.zeros(size - value.length);
    },
    decode: (from, start) => copy(from, start, start + size),
  };
}

/** Text in an array of `size` characters. */
export function chars(size: number): Fixed<string> {
  const array = bytes(size);
  return {
    size,
    zero: "",
    encode: (out, value) => array.encode(out, Buffer.from(value)),
    decode: (from, start) => string.decode(from, start, start + size),
  };
}

/** All bytes to the end: the last member of a struct. */
export const rest: Fixed<Uint8Array> = { size: 0, zero: new Uint8Array(0), ...binary };

/** Members by name, in order; a member without a name is padding. */
export type Members = readonly (readonly [name: string, codec: Fixed<unknown>])[];

export type Struct<T> = Fixed<T> & { readonly name: string; readonly members: Members };

/** A C struct. Members that are left out are zero; of bytes that are too few, the missing ones are. */
export function struct<T extends object>(name: string, members: Members): Struct<T> {
  const size = members.reduce((sum, [, codec]) => sum + codec.size, 0);
  const zeros = Buffer.alloc(size);
  return {
    name, members, size,
    zero: {} as T,
    encode(out, value) {
      const given = value as Record<string, unknown>;
      for (const [member, codec] of members) codec.encode(out, given[member] ?? codec.zero);
    },
    decode(from, start, end) {
      if (end - start < size) {
        const whole = Buffer.from(zeros);
        from.copy(whole, 0, start, end);
        return this.decode(whole, 0, size);
      }
      const found: Record<string, unknown> = {};
      let at = start;
      for (const [member, codec] of members) {
        const stop = codec === rest ? end : at + codec.size;
        if (member !== "") found[member] = codec.decode(from, at, stop);
        at = stop;
      }
      return found as T;
    },
  };
}

export const bitfield32 = struct<Bitfield32>("nla_bitfield32", [["value", u32], ["selector", u32]]);

/** One after the other without anything between: integers or structs. */
export function array<T>(codec: Fixed<T>): Codec<readonly T[]> {
  return {
    encode(out, values) {
      for (const value of values) codec.encode(out, value);
    },
    decode(from, start, end) {
      const found: T[] = [];
      for (let at = start; at + codec.size <= end; at += codec.size) {
        found.push(codec.decode(from, at, at + codec.size));
      }
      return found;
    },
  };
}
