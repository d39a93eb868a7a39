// SPDX-License-Identifier: GPL-2.0-only
// What kernels refused, counted by netlink's family and by error.

import { errnoName } from "../kernel/task.js";

export interface Refusal {
  /** "route", "netfilter" */
  readonly family: string;
  /** "EEXIST" */
  readonly errno: string;
  readonly times: number;
}

const families: Readonly<Record<number, string>> = { 0: "route", 4: "sock_diag", 6: "xfrm", 12: "netfilter", 16: "generic" };
const counts = new Map<string, Refusal>();

/** Note one; `protocol` is the socket's. */
export function countRefusal(protocol: number, errno: number): void {
  const family = families[protocol] ?? String(protocol);
  const name = errnoName(errno);
  const key = `${family} ${name}`;
  counts.set(key, { family, errno: name, times: (counts.get(key)?.times ?? 0) + 1 });
}

/** All since the start of the process. */
export const refusals = (): readonly Refusal[] => [...counts.values()];
