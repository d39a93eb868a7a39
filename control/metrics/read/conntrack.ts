// SPDX-License-Identifier: GPL-2.0-only

import { readFile } from "../../kernel/files.js";
import type { Observed } from "../collector.js";

export interface ConntrackReading {
  readonly entries: number;
  readonly limit: number;
}

/** Two numbers that the kernel keeps: the table itself is not looked at. */
export async function readConntrack({ task }: Observed): Promise<ConntrackReading> {
  const number = async (name: string): Promise<number> => Number(await readFile(task, `/proc/sys/net/netfilter/nf_conntrack_${name}`));
  return { entries: await number("count"), limit: await number("max") };
}
