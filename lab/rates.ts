// SPDX-License-Identifier: GPL-2.0-only
// From counters that grow to what happens in a second.

const counters = {
  frames: ["nuse_port_receive_frames_total"],
  bytes: ["nuse_port_receive_bytes_total"],
  drops: ["nuse_port_receive_drop_total", "nuse_port_transmit_drop_total"],
} as const;

type Totals = Record<keyof typeof counters, number>;

/** All samples of some metrics together, whatever their labels. */
function sum(samples: ReadonlyMap<string, number>, metrics: readonly string[]): number {
  let total = 0;
  for (const [name, value] of samples) {
    if (metrics.includes(name.replace(/\{.*/, ""))) total += value;
  }
  return total;
}

function scaled(value: number, unit: string): string {
  const prefixes = ["", "k", "M", "G"];
  let index = 0;
  while (value >= 1000 && index < prefixes.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${value.toFixed(index === 0 ? 0 : 2)} ${prefixes[index]}${unit}`;
}

export class Rates {
  #last: { readonly totals: Totals; readonly time: number } | undefined;

  /** The rates since the last call; undefined the first time. */
  line(samples: ReadonlyMap<string, number>, time: number): string | undefined {
    const totals: Totals = {
      frames: sum(samples, counters.frames),
      bytes: sum(samples, counters.bytes),
      drops: sum(samples, counters.drops),
    };
    const before = this.#last;
    this.#last = { totals, time };
    if (!before) return undefined;
    const rate = (name: keyof Totals): number => ((totals[name] - before.totals[name]) * 1000) / (time - before.time);
    return [
      scaled(rate("frames"), "frame/s"),
      scaled(rate("bytes") * 8, "bit/s"),
      `${totals.drops - before.totals.drops} drops`,
      `${totals.frames} frames in all`,
    ].join("   ");
  }
}
