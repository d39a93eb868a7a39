// SPDX-License-Identifier: GPL-2.0-only
// Interfaces of the kernel, under node_exporter's names.

import type { Link, LinkStats } from "../../netlink/link.js";
import type { Family } from "../family.js";
import type { Reading } from "../reading.js";

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

const ofLinks = (kind: "counter" | "gauge", name: string, help: string, value: (link: Link) => number): Family<Reading> => ({
  name, help, kind, labels: ["device"],
  samples: ({ links }) => links.map((link) => ({ labels: { device: link.name }, value: value(link) })),
});

export const interfaceFamilies: readonly Family<Reading>[] = [
  ...counters.map(([stat, name, help]) => ofLinks("counter", name, help, ({ stats }) => stats[stat])),
  ...gauges.map(([value, name, help]) => ofLinks("gauge", name, help, value)),
];
