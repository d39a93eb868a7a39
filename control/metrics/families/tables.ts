// SPDX-License-Identifier: GPL-2.0-only
// What the kernels keep: connections, neighbours, routes, memory, and what the
// firewall counted.

import { addUp, Bounded } from "../bounded.js";
import type { Family, Sample } from "../family.js";
import type { MemoryReading } from "../read/memory.js";
import type { Reading } from "../reading.js";

const mostCounters = 100;
const mostProtocols = 24;

const byWorker = <T>(found: ReadonlyMap<number, T>, value: (of: T) => number): Sample[] =>
  [...found].map(([worker, of]) => ({ labels: { worker: String(worker) }, value: value(of) }));

const conntrack: readonly Family<Reading>[] = [
  {
    name: "conntrack_entries", help: "Connections that are tracked.", kind: "gauge", labels: ["worker"],
    samples: (reading) => byWorker(reading.conntrack, ({ entries }) => entries),
  },
  {
    name: "conntrack_entries_limit", help: "Most connections that can be tracked.", kind: "gauge", labels: ["worker"],
    samples: (reading) => byWorker(reading.conntrack, ({ limit }) => limit),
  },
];

const quantities: readonly (readonly [keyof MemoryReading, string, string])[] = [
  ["size", "kernel_memory_size_bytes", "RAM of the instance that its kernel manages."],
  ["free", "kernel_memory_free_bytes", "RAM of the instance that nothing uses."],
  ["available", "kernel_memory_available_bytes", "RAM of the instance that can be had, caches included."],
  ["slab", "kernel_memory_slab_bytes", "RAM of the instance in the kernel's own structures."],
];

const memory: readonly Family<Reading>[] = quantities.map(([quantity, name, help]) => ({
  name, help, kind: "gauge", labels: ["worker"],
  samples: (reading) => byWorker(reading.memory, (of) => of[quantity]),
}));

const neighbours: Family<Reading> = {
  name: "neighbours", help: "Neighbours by their state, of all workers together.", kind: "gauge", labels: ["device", "state"],
  samples: (reading) =>
    addUp(
      reading.neighbours, ({ device, state }) => `${device} ${state}`, (a, b) => ({ ...a, entries: a.entries + b.entries }),
      new Bounded(Infinity), (count) => count,
    ).map(({ device, state, entries }) => ({ labels: { device, state }, value: entries })),
};

export function createTableFamilies(): readonly Family<Reading>[] {
  const protocols = new Bounded(mostProtocols);
  const counters = new Bounded(mostCounters);
  const routes: Family<Reading> = {
    name: "routes", kind: "gauge", labels: ["worker", "family", "protocol"],
    help: "Routes by who made them, as counted last: now and then, for that takes a while when there are many.",
    *samples(reading) {
      for (const [worker, counts] of reading.routes) {
        const sums = addUp(
          counts, ({ family, protocol }) => `${family} ${protocol}`, (a, b) => ({ ...a, routes: a.routes + b.routes }),
          protocols, (count) => ({ ...count, protocol: "other" }),
        );
        for (const { family, protocol, routes: value } of sums) yield { labels: { worker: String(worker), family, protocol }, value };
      }
    },
  };
  const firewall = (quantity: "packets" | "bytes"): Family<Reading> => ({
    name: `firewall_counter_${quantity}_total`, kind: "counter", labels: ["table", "name"],
    help: `${quantity === "packets" ? "Packets" : "Bytes"} that a named counter of the firewall counted.`,
    samples: (reading) =>
      addUp(
        reading.firewall, ({ table, name }) => `${table} ${name}`,
        (a, b) => ({ ...a, packets: a.packets + b.packets, bytes: a.bytes + b.bytes }),
        counters, (counter) => ({ ...counter, table: "other", name: "other" }),
      ).map((counter) => ({ labels: { table: counter.table, name: counter.name }, value: counter[quantity] })),
  });
  return [...conntrack, ...memory, neighbours, routes, firewall("packets"), firewall("bytes")];
}
