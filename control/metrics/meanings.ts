// SPDX-License-Identifier: GPL-2.0-only
// The engine's counters, and what each is called as a metric.

import type { Meaning } from "./counters.js";

export const portMeanings: Readonly<Record<string, Meaning>> = {
  rx_frames: { metric: "port_receive_frames_total", help: "Frames received from the device." },
  rx_bytes: { metric: "port_receive_bytes_total", help: "Bytes received from the device." },
  rx_dropped: { metric: "port_receive_drop_total", help: "Frames that the device dropped because its ring was full." },
  rx_no_buffer: { metric: "port_receive_no_buffer_total", help: "Receive bursts cut short because the kernel had no memory for frames." },
  rx_bad: { metric: "port_receive_bad_total", help: "Received frames that made no sense or did not fit." },
  tx_frames: { metric: "port_transmit_frames_total", help: "Frames handed to the device." },
  tx_bytes: { metric: "port_transmit_bytes_total", help: "Bytes handed to the device." },
  tx_busy: { metric: "port_transmit_busy_total", help: "Transmit bursts cut short because the device was behind." },
  tx_dropped: { metric: "port_transmit_drop_total", help: "Frames that the device refused." },
  link_changes: { metric: "port_link_changes_total", help: "Times that the link came or went." },
  rx_copied: { metric: "port_receive_copied_total", help: "Received frames that this process copied." },
  tx_copied: { metric: "port_transmit_copied_total", help: "Sent frames that this process copied." },
};

export const workerMeanings: Readonly<Record<string, Meaning>> = {
  turns: { metric: "worker_turns_total", help: "Turns of the worker's loop." },
  empty_turns: { metric: "worker_empty_turns_total", help: "Turns that found no work." },
  sleeps: { metric: "worker_sleeps_total", help: "Times that the worker slept." },
  control_calls: { metric: "worker_control_calls_total", help: "Calls of the control plane that the worker ran." },
  busy_ticks: { metric: "worker_busy_seconds_total", help: "Time in turns that found work.", ticks: true },
  idle_ticks: { metric: "worker_idle_seconds_total", help: "Time in empty turns and asleep.", ticks: true },
  longest_turn_ticks: {
    metric: "worker_longest_turn_seconds", help: "The longest turn since the start.", ticks: true, gauge: true,
  },
  recent_longest_turn_ticks: {
    metric: "worker_recent_longest_turn_seconds", help: "The longest turn of the last one to two minutes.", ticks: true, gauge: true,
  },
  rx_frames: { metric: "worker_receive_frames_total", help: "Frames that the kernel took from its ports." },
  rx_bytes: { metric: "worker_receive_bytes_total", help: "Bytes that the kernel took from its ports." },
  tx_frames: { metric: "worker_transmit_frames_total", help: "Frames that the kernel handed to its ports." },
  tx_bytes: { metric: "worker_transmit_bytes_total", help: "Bytes that the kernel handed to its ports." },
  ring_calls: { metric: "worker_ring_calls_total", help: "System calls that other threads made through the ring." },
  switches: { metric: "worker_context_switches_total", help: "Switches from one kernel task to another, idling included." },
  running: { metric: "worker_running", help: "Whether the worker turns.", gauge: true },
};
