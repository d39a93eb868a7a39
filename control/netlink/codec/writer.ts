// SPDX-License-Identifier: GPL-2.0-only
// A buffer that grows while messages are written into it.

import { malformed } from "./codec.js";

const attributeHeader = 4;
const longestAttribute = 0xffff;

/** Netlink pads everything to four bytes. */
export const align = (length: number): number => (length + 3) & ~3;

export class Writer {
  bytes: Buffer;
  length = 0;

  constructor(size = 4096) {
    this.bytes = Buffer.alloc(size);
  }

  /** Make room for `count` more bytes; where they begin. */
  reserve(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(this.length, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
    }
    return at;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.reserve(2);
    this.setU16(at, value);
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.setU32(at, value);
  }

  setU16(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
  }

  setU32(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
    this.bytes[at + 2] = value >>> 16;
    this.bytes[at + 3] = value >>> 24;
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    const out = this.bytes;
    if (bytes.length > 32) {
      out.set(bytes, at);
      return;
    }
    for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i]!; // set() costs more than it copies
  }

  zeros(count: number): void {
    const at = this.reserve(count);
    this.bytes.fill(0, at, at + count);
  }

  /** Begin an attribute; hand what this gives to `close`. */
  open(type: number): number {
    const at = this.reserve(attributeHeader);
    this.setU16(at + 2, type);
    return at;
  }

  close(at: number): void {
    const length = this.length - at;
    if (length > longestAttribute) throw malformed(`an attribute of ${length} bytes`);
    this.setU16(at, length);
    this.zeros(align(length) - length);
  }

  /** What was written, copied; the writer is empty then. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }
}
