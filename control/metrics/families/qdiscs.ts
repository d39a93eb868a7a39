// SPDX-License-Identifier: GPL-2.0-only
// Queues, of all workers together. Every interface may have one; of those that
// hang on classes, only so many have series of their own.

import { addUp, Bounded } from "../bounded.js";
import type { Family } from "../family.js";
import type { NamedQdisc, Reading } from "../reading.js";

const mostOnClasses = 50;

type Quantity = "bytes" | "packets" | "drops" | "requeues" | "overlimits" | "backlogBytes" | "backlogPackets";

const quantities: readonly (readonly [Quantity, string, string])[] = [
  ["bytes", "qdisc_bytes_total", "Bytes that the qdisc let through."],
  ["packets", "qdisc_packets_total", "Packets that the qdisc let through."],
  ["drops", "qdisc_drops_total", "Packets that the qdisc dropped."],
  ["requeues", "qdisc_requeues_total", "Packets that came back because the interface was busy."],
  ["overlimits", "qdisc_overlimits_total", "Times that the qdisc held something back for its rate."],
  ["backlogBytes", "qdisc_backlog_bytes", "Bytes that wait in the qdisc."],
  ["backlogPackets", "qdisc_backlog_packets", "Packets that wait in the qdisc."],
];

function add(a: NamedQdisc, b: NamedQdisc): NamedQdisc {
  const sums = Object.fromEntries(quantities.map(([quantity]) => [quantity, a[quantity] + b[quantity]]));
  return { ...a, ...(sums as Record<Quantity, number>) };
}

const isTop = ({ parent }: NamedQdisc): boolean => parent === "root" || parent === "ingress";

export function createQdiscFamilies(): readonly Family<Reading>[] {
  const bounded = new Bounded(mostOnClasses);
  const keyOf = ({ device, kind, parent }: NamedQdisc): string => `${device} ${kind} ${parent}`;
  const sums = ({ qdiscs }: Reading): NamedQdisc[] => {
    const unbounded = new Bounded(Infinity);
    return [
      ...addUp(qdiscs.filter(isTop), keyOf, add, unbounded, (qdisc) => qdisc),
      ...addUp(qdiscs.filter((qdisc) => !isTop(qdisc)), keyOf, add, bounded, (qdisc) => ({ ...qdisc, device: "other", kind: "other", parent: "other" })),
    ];
  };
  const remembered = new WeakMap<Reading, NamedQdisc[]>();
  const summed = (reading: Reading): NamedQdisc[] => {
    const known = remembered.get(reading) ?? sums(reading);
    remembered.set(reading, known);
    return known;
  };
  return quantities.map(([quantity, name, help]) => ({
    name, help, kind: name.endsWith("_total") ? "counter" : "gauge", labels: ["device", "kind", "parent"],
    samples: (reading) => summed(reading).map((qdisc) => ({
      labels: { device: qdisc.device, kind: qdisc.kind, parent: qdisc.parent }, value: qdisc[quantity],
    })),
  }));
}
