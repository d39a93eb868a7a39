// SPDX-License-Identifier: GPL-2.0-only
// Sizes of datagrams, for frames of every kind.

/** What frames, buffers and pages end at, as payloads and as frames. */
const edges = [64, 128, 256, 1472, 1500, 2048, 4096, 8192, 8972, 9000];
const step = 61;

/** From a payload of 22 bytes, which makes the least frame, to `most`, edges included. */
export function sizesUpTo(most: number): number[] {
  const sizes = new Set<number>([22, 23, most]);
  for (let size = 64; size < most; size += step) sizes.add(size);
  for (const edge of edges) {
    for (const headers of [0, 28, 42, 46, 48, 62]) {
      for (const size of [edge - headers - 1, edge - headers, edge - headers + 1]) sizes.add(size);
    }
  }
  return [...sizes].filter((size) => size >= 22 && size <= most).sort((a, b) => a - b);
}
