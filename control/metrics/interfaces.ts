// SPDX-License-Identifier: GPL-2.0-only
// Counters of the kernel's interfaces, under node_exporter's names.

import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";
import type { Link, LinkStats } from "../netlink/link.js";

const counters: readonly (readonly [keyof LinkStats, string, string])[] = [
  ["rxBytes", "network_receive_bytes_total", "Bytes received."],
  ["txBytes", "network_transmit_bytes_total", "Bytes sent."],
  ["rxPackets", "network_receive_packets_total", "Packets received."],
  ["txPackets", "network_transmit_packets_total", "Packets sent."],
  ["rxErrors", "network_receive_errs_total", "Packets received with an error."],
  ["txErrors", "network_transmit_errs_total", "Packets that could not be sent."],
  ["rxDropped", "network_receive_drop_total", "Received packets that were dropped."],
  ["txDropped", "network_transmit_drop_total", "Packets dropped before they were sent."],
];

const gauges: readonly (readonly [(link: Link) => number, string, string])[] = [
  [({ up }) => (up ? 1 : 0), "network_up", "Whether the interface is set up."],
  [({ carrier }) => (carrier ? 1 : 0), "network_carrier", "Whether the link is there."],
  [({ mtu }) => mtu, "network_mtu_bytes", "The interface's MTU."],
];

/** `links` is asked once a scrape, however many metrics come of it. */
export function registerInterfaces(registry: Registry, links: () => Promise<readonly Link[]>): void {
  const labelNames = ["device"];
  const shared = oncePerTurn(links);
  for (const [stat, metric, help] of counters) {
    new Counter({
      name: `nuse_${metric}`, help, labelNames, registers: [registry],
      async collect() {
        this.reset();
        for (const { name, stats } of await shared()) this.inc({ device: name }, stats[stat]);
      },
    });
  }
  for (const [value, metric, help] of gauges) {
    new Gauge({
      name: `nuse_${metric}`, help, labelNames, registers: [registry],
      async collect() {
        this.reset();
        for (const link of await shared()) this.set({ device: link.name }, value(link));
      },
    });
  }
}

/** Callers who ask while an answer is on its way get the same one. */
function oncePerTurn<T>(ask: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
