// SPDX-License-Identifier: GPL-2.0-only
// Integers, in the machine's (little-endian) or in network order. What may have
// 64 bits is a bigint.

import { malformed } from "./codec.js";
import type { Codec, Fixed } from "./codec.js";

function integer(bits: 8 | 16 | 32, signed: boolean, bigEndian: boolean): Fixed<number> {
  const size = bits / 8;
  const modulus = 2 ** bits;
  const low = signed ? -modulus / 2 : 0;
  const high = signed ? modulus / 2 - 1 : modulus - 1;
  return {
    size,
    zero: 0,
    encode(out, value) {
      if (!(value >= low && value <= high) || !Number.isInteger(value)) {
        throw malformed(`${value} is no ${signed ? "signed " : ""}number of ${bits} bits`);
      }
      const at = out.reserve(size);
      for (let i = 0; i < size; i++) {
        out.bytes[at + i] = value >>> (8 * (bigEndian ? size - 1 - i : i));
      }
    },
    decode(bytes, start, end) {
      if (end - start < size) throw malformed(`a number of ${bits} bits in ${end - start} bytes`);
      let value = 0;
      for (let i = size - 1; i >= 0; i--) {
        value = value * 256 + bytes[start + (bigEndian ? size - 1 - i : i)]!;
      }
      return value > high ? value - modulus : value;
    },
  };
}

function long(signed: boolean, bigEndian: boolean): Fixed<bigint> {
  const fit = signed ? BigInt.asIntN : BigInt.asUintN;
  return {
    size: 8,
    zero: 0n,
    encode(out, value) {
      if (fit(64, value) !== value) throw malformed(`${value} is no ${signed ? "signed " : ""}number of 64 bits`);
      const at = out.reserve(8);
      const bytes = BigInt.asUintN(64, value);
      if (bigEndian) out.bytes.writeBigUInt64BE(bytes, at);
      else out.bytes.writeBigUInt64LE(bytes, at);
    },
    decode(bytes, start, end) {
      if (end - start < 8) throw malformed(`a number of 64 bits in ${end - start} bytes`);
      return fit(64, bigEndian ? bytes.readBigUInt64BE(start) : bytes.readBigUInt64LE(start));
    },
  };
}

export const u8 = integer(8, false, false);
export const s8 = integer(8, true, false);
export const u16 = integer(16, false, false);
export const u16be = integer(16, false, true);
export const s16 = integer(16, true, false);
export const u32 = integer(32, false, false);
export const u32be = integer(32, false, true);
export const s32 = integer(32, true, false);
export const s32be = integer(32, true, true);
export const u64 = long(false, false);
export const u64be = long(false, true);
export const s64 = long(true, false);

/** Of the size that the value needs, 32 or 64 bits. */
function sized(short: Fixed<number>, wide: Fixed<bigint>, fits: (value: bigint) => boolean): Codec<bigint> {
  return {
    encode(out, value) {
      if (fits(value)) short.encode(out, Number(value));
      else wide.encode(out, value);
    },
    decode: (bytes, start, end) =>
      end - start < 8 ? BigInt(short.decode(bytes, start, end)) : wide.decode(bytes, start, end),
  };
}

export const uint = sized(u32, u64, (value) => BigInt.asUintN(32, value) === value);
export const sint = sized(s32, s64, (value) => BigInt.asIntN(32, value) === value);
