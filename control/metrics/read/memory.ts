// SPDX-License-Identifier: GPL-2.0-only

import { readFile } from "../../kernel/files.js";
import type { Observed } from "../collector.js";

/** Bytes of an instance's RAM. */
export interface MemoryReading {
  readonly size: number;
  readonly free: number;
  readonly available: number;
  readonly slab: number;
}

export const readMemory = async ({ task }: Observed): Promise<MemoryReading> =>
  parseMemory(await readFile(task, "/proc/meminfo"));

export function parseMemory(text: string): MemoryReading {
  const lines = new Map([...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(([, name, kilobytes]) => [name, Number(kilobytes) * 1024]));
  const bytes = (name: string): number => lines.get(name) ?? NaN;
  return { size: bytes("MemTotal"), free: bytes("MemFree"), available: bytes("MemAvailable"), slab: bytes("Slab") };
}
