// SPDX-License-Identifier: GPL-2.0-only

import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Background } from "../../control/metrics/background.js";
import { addUp, Bounded } from "../../control/metrics/bounded.js";
import { Collector } from "../../control/metrics/collector.js";
import type { Observed } from "../../control/metrics/collector.js";
import { registerFamilies } from "../../control/metrics/family.js";
import { functionOf } from "../../control/metrics/families/drops.js";
import { parseMemory } from "../../control/metrics/read/memory.js";
import { createFamilies } from "../../control/metrics/registry.js";
import type { Reading } from "../../control/metrics/reading.js";

const nothing: Reading = {
  workers: [], drops: [], ports: [], links: [], qdiscs: [], neighbours: [], firewall: [], refusals: [], collectors: [],
  conntrack: new Map(), memory: new Map(), routes: new Map(), drift: undefined,
  applications: { last: undefined, successes: 0, failures: 0 },
  life: { revision: () => 1, fallback: () => false, confirmUntil: () => undefined, restarts: () => [], ports: () => [] },
};

/** Scrapes of the same families, a reading each. */
async function scrape(...readings: Partial<Reading>[]): Promise<string[]> {
  const registry = new Registry();
  let reading = nothing;
  registerFamilies(registry, createFamilies(), async () => reading);
  const texts: string[] = [];
  for (const one of readings) {
    reading = { ...nothing, ...one };
    texts.push(await registry.metrics());
  }
  return texts;
}

const samplesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("the metric of drops", () => {
  it.each([
    ["ip_rcv_core+0x12/0x345", "ip_rcv_core"],
    ["ip_rcv_finish_core.isra.0+0x1/0x2", "ip_rcv_finish_core"],
    ["other", "other"],
  ])("calls %s by its function", (place, name) => expect(functionOf(place)).toBe(name));

  it("sums the places of one function and all workers, each scrape anew", async () => {
    const some = [
      { reason: "NO_SOCKET", place: "__udp4_lib_rcv+0x1/0x9", frames: 2 },
      { reason: "NO_SOCKET", place: "__udp4_lib_rcv+0x5/0x9", frames: 3 },
    ];
    const drops = [[0, some], [1, [{ reason: "IP_CSUM", place: "ip_rcv_core+0x5/0x9", frames: 1 }]]] as const;
    for (const text of await scrape({ drops }, { drops })) {
      expect(text).toContain('nuse_drops_total{reason="NO_SOCKET",place="__udp4_lib_rcv"} 5');
      expect(text).toContain('nuse_drops_total{reason="IP_CSUM",place="ip_rcv_core"} 1');
    }
  });

  it("keeps to as many places as there is room for, and loses no frame", async () => {
    const some = Array.from({ length: 300 }, (_, at) => ({ reason: "R", place: `place_${at}+0x1/0x2`, frames: 1 }));
    const texts = await scrape({ drops: [[0, some]] }, { drops: [[0, some.toReversed()]] });
    for (const text of texts) {
      expect(samplesOf(text).filter((line) => line.startsWith("nuse_drops_total"))).toHaveLength(251);
      expect(text).toContain('nuse_drops_total{reason="OTHER",place="other"} 50');
      expect(text).toContain('place="place_0"} 1');
    }
  });
});

describe("the histogram of bursts", () => {
  it("has buckets that include the smaller ones, all bursts as its count, all frames as its sum", async () => {
    const counters = { names: ["rx_bursts_1", "rx_bursts_32", "rx_bursts_64", "rx_frames"], values: BigUint64Array.of(7n, 8n, 2n, 450n) };
    const [text] = await scrape({ workers: [[0, counters]] });
    expect(text).toContain('nuse_worker_receive_burst_frames_bucket{worker="0",le="1"} 7');
    expect(text).toContain('nuse_worker_receive_burst_frames_bucket{worker="0",le="31"} 7');
    expect(text).toContain('nuse_worker_receive_burst_frames_bucket{worker="0",le="63"} 15');
    expect(text).toContain('nuse_worker_receive_burst_frames_bucket{worker="0",le="+Inf"} 17');
    expect(text).toContain('nuse_worker_receive_burst_frames_sum{worker="0"} 450');
    expect(text).toContain('nuse_worker_receive_burst_frames_count{worker="0"} 17');
    expect(text).toContain("# TYPE nuse_worker_receive_burst_frames histogram");
  });
});

describe("counters in shared memory", () => {
  it("are seconds where they are ticks, and of all workers where they are a port's", async () => {
    const worker = { names: ["busy_ticks", "ticks_per_second"], values: BigUint64Array.of(300n, 100n) };
    const port = { names: ["rx_frames"], values: BigUint64Array.of(4n) };
    const [text] = await scrape({ workers: [[3, worker]], ports: [["wan0", 0, port], ["wan0", 1, port]] });
    expect(text).toContain('nuse_worker_busy_seconds_total{worker="3"} 3');
    expect(text).toContain('nuse_port_receive_frames_total{port="wan0"} 8');
    expect(text).not.toContain("nuse_worker_turns_total{");
  });
});

describe("the budget of series", () => {
  const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  const many = (counters: string[]) => ({ names: counters, values: new BigUint64Array(counters.length).fill(1n) });
  const states = ["incomplete", "reachable", "stale", "delay", "probe", "failed", "permanent"];
  const qdisc = { index: 1, kind: "fq_codel", bytes: 1, packets: 1, drops: 1, requeues: 1, overlimits: 1, backlogBytes: 1, backlogPackets: 1 };

  const portCounters = many([
    "rx_frames", "rx_bytes", "rx_dropped", "rx_no_buffer", "rx_bad", "tx_frames", "tx_bytes", "tx_busy", "tx_dropped", "link_changes",
    "rx_copied", "tx_copied",
  ]);
  const workerCounters = many([
    "running", "turns", "empty_turns", "sleeps", "control_calls", "busy_ticks", "idle_ticks", "longest_turn_ticks",
    "recent_longest_turn_ticks", "rx_frames", "rx_bytes", "tx_frames", "tx_bytes", "ring_calls", "switches", "ticks_per_second",
  ]);
  const stats = { rxBytes: 1, txBytes: 1, rxPackets: 1, txPackets: 1, rxErrors: 1, txErrors: 1, rxDropped: 1, txDropped: 1 };

  /** A router at its worst: everything that can differ does. */
  function worst(interfaces: number, workers: number): Partial<Reading> {
    const devices = names(interfaces, "eth");
    const numbers = Array.from({ length: workers }, (_, worker) => worker);
    const classes = names(1000, "1:");
    const protocols = names(200, "");
    return {
      workers: numbers.map((worker) => [worker, workerCounters] as const),
      drops: numbers.map((worker) => [worker, names(257, `worker${worker}_`).map((place) => ({ reason: "R", place, frames: 1 }))] as const),
      ports: devices.flatMap((port) => numbers.map((worker) => [port, worker, portCounters] as const)),
      links: devices.map((name, index) => ({ index, name, kind: undefined, master: 0, mac: undefined, up: true, carrier: true, mtu: 1500, stats })),
      qdiscs: numbers.flatMap(() => devices.flatMap((device) => ["root", "ingress", ...(device === "eth0" ? classes : [])]
        .filter((parent) => parent !== "ingress" || device === "eth0").map((parent) => ({ ...qdisc, device, parent })))),
      neighbours: devices.flatMap((device) => states.map((state) => ({ index: 1, device, state, entries: 1 }))),
      conntrack: new Map(numbers.map((worker) => [worker, { entries: 1, limit: 2 }])),
      memory: new Map(numbers.map((worker) => [worker, { size: 4, free: 1, available: 2, slab: 1 }])),
      routes: new Map(numbers.map((worker) => [worker, (["ipv4", "ipv6"] as const).flatMap((family) =>
        protocols.slice(0, 6).map((protocol) => ({ family, protocol, routes: 1 })))])),
      firewall: names(500, "counter").map((name) => ({ table: "inet nuse", name, packets: 1, bytes: 1 })),
      refusals: names(40, "E").map((errno) => ({ family: "route", errno, times: 1 })),
      life: { ...nothing.life, ports: () => devices.map((name) => [name, true]), restarts: () => numbers.map((worker) => [worker, 1]) },
      collectors: names(6, "collector").map((name) => [name, true, 0.1]),
    };
  }

  it.each([[2, 1], [50, 2], [500, 16]])("holds with %d interfaces and %d workers", async (interfaces, workers) => {
    const [text] = await scrape(worst(interfaces, workers));
    const ofNode = 100;
    expect(samplesOf(text!).length + ofNode).toBeLessThanOrEqual(2000 + 40 * interfaces);
  });
});

describe("values that are added up", () => {
  const bounded = new Bounded(2);
  const sum = (values: [string, number][]) => addUp(values, ([key]) => key, ([key, a], [, b]): [string, number] => [key, a + b], bounded, ([, n]): [string, number] => ["other", n]);

  it("keep the series that they had, in whatever order they come", () => {
    expect(sum([["a", 1], ["b", 2], ["c", 3], ["d", 4]])).toEqual([["a", 1], ["b", 2], ["other", 7]]);
    expect(sum([["d", 4], ["c", 3], ["b", 2], ["b", 2]])).toEqual([["other", 7], ["b", 4]]);
  });
});

describe("a collector", () => {
  const kernel = (worker: number): Observed => ({ worker, task: {}, netlink: {} }) as Observed;

  it("leaves out a kernel that fails, and says so", async () => {
    const kernels = [kernel(0), kernel(1)];
    const collector = new Collector(() => kernels, async ({ worker }) => {
      if (worker === 1) throw new Error("gone");
      return worker;
    });
    const { found, success } = await collector.collect();
    expect([[...found], success]).toEqual([[[0, 0]], false]);
  });

  it("does not wait for ever, nor ask a kernel again that has not answered", async () => {
    const silent = kernel(0);
    let asked = 0;
    const collector = new Collector(() => [silent], () => {
      asked += 1;
      return new Promise<number>(() => undefined);
    });
    expect((await collector.collect()).success).toBe(false);
    expect((await collector.collect()).success).toBe(false);
    expect(asked).toBe(1);
  });

  it("asks once for many who want to know in the same second", async () => {
    const one = kernel(0);
    let asked = 0;
    const collector = new Collector(() => [one], async () => (asked += 1));
    await Promise.all([collector.collect(), collector.collect()]);
    await collector.collect();
    expect(asked).toBe(1);
  });
});

describe("work in the background", () => {
  it("gives what came of the last run, without waiting for the next", async () => {
    let runs = 0;
    const background = new Background(async () => (runs += 1), 60_000);
    expect(background.look()).toBe(undefined);
    await Promise.resolve();
    await Promise.resolve();
    expect(background.look()).toBe(1);
    expect(background.look()).toBe(1);
  });
});

describe("the instance's memory", () => {
  it("is in bytes", () => {
    expect(parseMemory("MemTotal:  1000 kB\nMemFree:  5 kB\nMemAvailable:   7 kB\nSlab:  1 kB\n"))
      .toEqual({ size: 1_024_000, free: 5120, available: 7168, slab: 1024 });
  });
});
