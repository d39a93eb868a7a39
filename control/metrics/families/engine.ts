// SPDX-License-Identifier: GPL-2.0-only
// Counters that workers keep in shared memory: looking costs them nothing. Which
// metric a counter is, is said here once; a counter nobody knows is left out.

import type { Counters } from "../../engine/addon.js";
import type { Family, Sample } from "../family.js";
import type { Reading } from "../reading.js";

interface Meaning {
  readonly counter: string;
  readonly name: string;
  readonly help: string;
  /** Ticks of the processor's clock become seconds. */
  readonly ticks?: true;
  readonly gauge?: true;
}

const portMeanings: readonly Meaning[] = [
  { counter: "rx_frames", name: "port_receive_frames_total", help: "Frames received from the device." },
  { counter: "rx_bytes", name: "port_receive_bytes_total", help: "Bytes received from the device." },
  { counter: "rx_dropped", name: "port_receive_drop_total", help: "Frames that the device dropped because its ring was full." },
  { counter: "rx_no_buffer", name: "port_receive_no_buffer_total", help: "Receive bursts cut short because the kernel had no memory for frames." },
  { counter: "rx_bad", name: "port_receive_bad_total", help: "Received frames that made no sense or did not fit." },
  { counter: "tx_frames", name: "port_transmit_frames_total", help: "Frames handed to the device." },
  { counter: "tx_bytes", name: "port_transmit_bytes_total", help: "Bytes handed to the device." },
  { counter: "tx_busy", name: "port_transmit_busy_total", help: "Transmit bursts cut short because the device was behind." },
  { counter: "tx_dropped", name: "port_transmit_drop_total", help: "Frames that the device refused." },
  { counter: "link_changes", name: "port_link_changes_total", help: "Times that the link came or went." },
  { counter: "rx_copied", name: "port_receive_copied_total", help: "Received frames that this process copied." },
  { counter: "tx_copied", name: "port_transmit_copied_total", help: "Sent frames that this process copied." },
  { counter: "gossip_heard", name: "port_gossip_heard_total", help: "Answers of neighbours that came to another worker's queue and were passed on." },
  { counter: "gossip_lost", name: "port_gossip_lost_total", help: "Answers of neighbours that another worker had no room for." },
];

const workerMeanings: readonly Meaning[] = [
  { counter: "running", name: "worker_running", help: "Whether the worker turns.", gauge: true },
  { counter: "turns", name: "worker_turns_total", help: "Turns of the worker's loop." },
  { counter: "empty_turns", name: "worker_empty_turns_total", help: "Turns that found no work." },
  { counter: "sleeps", name: "worker_sleeps_total", help: "Times that the worker slept." },
  { counter: "control_calls", name: "worker_control_calls_total", help: "Calls of the control plane that the worker ran." },
  { counter: "busy_ticks", name: "worker_busy_seconds_total", help: "Time in turns that found work.", ticks: true },
  { counter: "idle_ticks", name: "worker_idle_seconds_total", help: "Time in empty turns and asleep.", ticks: true },
  { counter: "longest_turn_ticks", name: "worker_longest_turn_seconds", help: "The longest turn since the start.", ticks: true, gauge: true },
  {
    counter: "recent_longest_turn_ticks", name: "worker_recent_longest_turn_seconds",
    help: "The longest turn of the last one to two minutes.", ticks: true, gauge: true,
  },
  { counter: "rx_frames", name: "worker_receive_frames_total", help: "Frames that the kernel took from its ports." },
  { counter: "rx_bytes", name: "worker_receive_bytes_total", help: "Bytes that the kernel took from its ports." },
  { counter: "tx_frames", name: "worker_transmit_frames_total", help: "Frames that the kernel handed to its ports." },
  { counter: "tx_bytes", name: "worker_transmit_bytes_total", help: "Bytes that the kernel handed to its ports." },
  { counter: "ring_calls", name: "worker_ring_calls_total", help: "System calls that other threads made through the ring." },
  { counter: "switches", name: "worker_context_switches_total", help: "Switches from one kernel task to another, idling included." },
];

/** A counter's value; undefined where there is none of that name. */
export function valueOf({ names, values }: Counters, counter: string): number | undefined {
  const at = names.indexOf(counter);
  return at < 0 ? undefined : Number(values[at]);
}

function meant(counters: Counters, { counter, ticks }: Meaning): number | undefined {
  const value = valueOf(counters, counter);
  if (!ticks || value === undefined) return value;
  const perSecond = valueOf(counters, "ticks_per_second") ?? 0;
  return perSecond > 0 ? value / perSecond : 0;
}

export const workerFamilies: readonly Family<Reading>[] = workerMeanings.map((meaning) => ({
  name: meaning.name, help: meaning.help, kind: meaning.gauge ? "gauge" : "counter", labels: ["worker"],
  *samples({ workers }): Iterable<Sample> {
    for (const [worker, counters] of workers) {
      const value = meant(counters, meaning);
      if (value !== undefined) yield { labels: { worker: String(worker) }, value };
    }
  },
}));

/** Of all workers together: which of them frames come to, the workers' own counters say. */
export const portFamilies: readonly Family<Reading>[] = portMeanings.map(({ counter, name, help }) => ({
  name, help, kind: "counter", labels: ["port"],
  *samples({ ports }): Iterable<Sample> {
    const sums = new Map<string, number>();
    for (const [port, , counters] of ports) {
      const value = valueOf(counters, counter);
      if (value !== undefined) sums.set(port, (sums.get(port) ?? 0) + value);
    }
    for (const [port, value] of sums) yield { labels: { port }, value };
  },
}));
