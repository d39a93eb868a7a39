// SPDX-License-Identifier: GPL-2.0-only
// Payloads that tell when a byte of them was lost, moved or changed.

/** `size` bytes that follow from `seed`; two seeds give unlike bytes at every place. */
export function pattern(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ size) | 1;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
