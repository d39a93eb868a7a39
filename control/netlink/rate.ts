// SPDX-License-Identifier: GPL-2.0-only
// Rates as traffic control wants them.

import type { TcHtbAttrs, TcRatespec, TcTbfAttrs } from "./gen/tc.js";

/** The kernel's ticks (of 64 ns) a microsecond: /proc/net/psched says the same on every machine. */
const ticks = 15.625;
/** TC_LINKLAYER_ETHERNET: the kernel computes by itself and needs no tables. */
const ethernet = 1;
const longest = 2 ** 32 - 1;

/** How long `bytes` take at `rate` bytes a second. */
export const transmitTicks = (bytes: number, rate: number): number =>
  Math.min(longest, Math.floor(Math.floor((1_000_000 * bytes) / rate) * ticks));

export const ratespec = (rate: number): Partial<TcRatespec> => ({
  linklayer: ethernet, cellAlign: -1, rate: Math.min(rate, longest),
});

const wide = (rate: number): bigint | undefined => (rate > longest ? BigInt(rate) : undefined);

export interface HtbClass {
  /** Bytes a second that it has for sure. */
  readonly rate: number;
  /** Bytes a second that it may borrow up to. */
  readonly ceil?: number | undefined;
  /** Bytes that it may send at once; without it a tick's worth and one frame. */
  readonly burst?: number | undefined;
  readonly ceilBurst?: number | undefined;
  readonly priority?: number | undefined;
  readonly quantum?: number | undefined;
  readonly mtu?: number | undefined;
}

export function htbClass({ rate, ceil = rate, mtu = 1600, burst = rate / 1000 + mtu, ceilBurst = ceil / 1000 + mtu, priority = 0, quantum = 0 }: HtbClass): TcHtbAttrs {
  return {
    rate64: wide(rate),
    ceil64: wide(ceil),
    parms: {
      rate: ratespec(rate),
      ceil: ratespec(ceil),
      buffer: transmitTicks(burst, rate),
      cbuffer: transmitTicks(ceilBurst, ceil),
      prio: priority,
      quantum,
    },
  };
}

/** A token bucket: bytes a second, bytes at once, bytes that may wait. */
export function tokenBucket(rate: number, burst: number, limit: number): TcTbfAttrs {
  return {
    rate64: wide(rate),
    parms: { rate: ratespec(rate), limit, buffer: transmitTicks(burst, rate) },
    burst,
  };
}
