// SPDX-License-Identifier: GPL-2.0-only
// From two samples of what grows to what happens in a second.

import type { LinkChange, Rates } from "./schema/events.js";
import type { InterfaceStats } from "./schema/tables.js";

interface Totals {
  readonly rxFrames: number;
  readonly rxBytes: number;
  readonly rxDrops: number;
  readonly txFrames: number;
  readonly txBytes: number;
  readonly txDrops: number;
}

export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly workers: readonly { readonly worker: number; readonly busySeconds: number; readonly frames: number; readonly drops: number }[];
  readonly ports: readonly ({ readonly name: string } & Totals)[];
  readonly interfaces: readonly { readonly name: string; readonly up: boolean; readonly carrier: boolean; readonly stats: InterfaceStats }[];
}

/** Of counters that began anew meanwhile nothing is known: 0. */
const growth = (before: number | undefined, after: number): number => Math.max(0, after - (before ?? after));

function traffic(before: Totals | undefined, after: Totals, seconds: number) {
  const rate = (name: keyof Totals): number => growth(before?.[name], after[name]) / seconds;
  return {
    rxFrames: rate("rxFrames"), rxBits: rate("rxBytes") * 8, rxDrops: rate("rxDrops"),
    txFrames: rate("txFrames"), txBits: rate("txBytes") * 8, txDrops: rate("txDrops"),
  };
}

const totals = (stats: InterfaceStats): Totals => ({
  rxFrames: stats.rxPackets, rxBytes: stats.rxBytes, rxDrops: stats.rxDropped,
  txFrames: stats.txPackets, txBytes: stats.txBytes, txDrops: stats.txDropped,
});

/** What happened between two samples, a second. */
export function rates(before: Sample, after: Sample): Rates {
  const seconds = Math.max(after.time - before.time, 1) / 1000;
  const byName = <T extends { readonly name: string }>(list: readonly T[]) => new Map(list.map((one) => [one.name, one]));
  const workers = new Map(before.workers.map((one) => [one.worker, one]));
  const ports = byName(before.ports);
  const interfaces = byName(before.interfaces);
  return {
    time: new Date(after.time).toISOString(),
    seconds,
    workers: after.workers.map(({ worker, busySeconds, frames, drops }) => {
      const was = workers.get(worker);
      return {
        worker,
        busy: Math.min(1, growth(was?.busySeconds, busySeconds) / seconds),
        frames: growth(was?.frames, frames) / seconds,
        drops: growth(was?.drops, drops) / seconds,
      };
    }),
    ports: after.ports.map((port) => ({ name: port.name, ...traffic(ports.get(port.name), port, seconds) })),
    interfaces: after.interfaces.map(({ name, stats }) => {
      const was = interfaces.get(name);
      return { name, ...traffic(was && totals(was.stats), totals(stats), seconds) };
    }),
  };
}

/** Interfaces that came, went, or changed their state. */
export function linkChanges(before: Sample, after: Sample): LinkChange[] {
  const was = new Map(before.interfaces.map((one) => [one.name, one]));
  const is = new Set(after.interfaces.map(({ name }) => name));
  return [
    ...before.interfaces.filter(({ name }) => !is.has(name)).map(({ name }): LinkChange => ({ name, change: "gone" })),
    ...after.interfaces.flatMap(({ name, up, carrier }): LinkChange[] => {
      const old = was.get(name);
      if (!old) return [{ name, change: "new" }];
      return [
        ...(old.up === up ? [] : [{ name, change: up ? "up" : "down" } as const]),
        ...(old.carrier === carrier ? [] : [{ name, change: carrier ? "carrier" : "no carrier" } as const]),
      ];
    }),
  ];
}
