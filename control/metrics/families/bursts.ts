// SPDX-License-Identifier: GPL-2.0-only
// How many frames bursts had, as histograms: the engine counts bursts by size in
// powers of two, and all frames, so that buckets, count and sum are exact.

import type { Counters } from "../../engine/addon.js";
import type { Family, Sample } from "../family.js";
import type { Reading } from "../reading.js";
import { valueOf } from "./engine.js";

/** The engine's counter says the least size that it counts, a bucket the greatest. */
const buckets: readonly (readonly [least: number, le: string])[] = [
  [1, "1"], [2, "3"], [4, "7"], [8, "15"], [16, "31"], [32, "63"], [64, "+Inf"],
];

const histogram = (way: "rx" | "tx", name: string, help: string): Family<Reading> => ({
  name, help, kind: "histogram", labels: ["worker"],
  *samples({ workers }) {
    for (const [worker, counters] of workers) yield* series(counters, way, String(worker));
  },
});

function* series(counters: Counters, way: "rx" | "tx", worker: string): Iterable<Sample> {
  let bursts = 0;
  for (const [least, le] of buckets) {
    bursts += valueOf(counters, `${way}_bursts_${least}`) ?? 0;
    yield { labels: { worker, le }, value: bursts, series: "bucket" };
  }
  yield { labels: { worker }, value: valueOf(counters, `${way}_frames`) ?? 0, series: "sum" };
  yield { labels: { worker }, value: bursts, series: "count" };
}

export const burstFamilies: readonly Family<Reading>[] = [
  histogram("rx", "worker_receive_burst_frames", "Frames of a burst that was received."),
  histogram("tx", "worker_transmit_burst_frames", "Frames of a burst that was sent."),
];
