// SPDX-License-Identifier: GPL-2.0-only
// One measurement each: frames a second, round trips, what idling costs.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { output } from "../../lab/command.js";
import { built } from "../../lab/forwarder.js";
import { hosts } from "../../lab/network.js";
import type { Bed, End } from "./bed.js";

const warm = 400; // ms
const counted = 1200;

export interface Load {
  /** Bytes of a frame on the wire, its checksum included. */
  readonly size: number;
  readonly flows: number;
}

interface LinkStatistics {
  readonly stats64: { readonly rx: { readonly packets: number }; readonly tx: { readonly packets: number; readonly dropped: number } };
}

function statistics({ namespace, device }: End): LinkStatistics["stats64"] & { time: number } {
  const [link] = JSON.parse(namespace.ip("-s", "-j", "link", "show", "dev", device)) as LinkStatistics[];
  return { ...link!.stats64, time: performance.now() };
}

const received = (end: End): { frames: number; time: number } => {
  const { rx, time } = statistics(end);
  return { frames: rx.packets, time };
};

/** What the device of the generator was given, room for it or not. */
const offered = (end: End): { frames: number; time: number } => {
  const { tx, time } = statistics(end);
  return { frames: tx.packets + tx.dropped, time };
};

const rate = (before: { frames: number; time: number }, after: { frames: number; time: number }): number =>
  ((after.frames - before.frames) * 1000) / (after.time - before.time);

export interface Rate {
  /** Frames a second that the sink got, and that the generator sent. */
  readonly forwarded: number;
  readonly offered: number;
}

/** Frames a second through the router, more being offered than it can take. */
export async function forwarding(bed: Bed, { size, flows }: Load): Promise<Rate> {
  const [command, ...prefix] = bed.generator.namespace.prefix;
  const child = spawn(command, [
    ...prefix, "taskset", "-c", "1", built("ports/nuse-bench-blast"), bed.generator.device,
    String(flows), String(size), String((warm + counted) / 1000 + 0.3),
  ], { stdio: ["ignore", "ignore", "inherit"] });
  const over = new Promise((resolve) => child.once("close", resolve));
  await sleep(warm);
  const before = { sink: received(bed.sink), generator: offered(bed.generator) };
  await sleep(counted);
  const after = { sink: received(bed.sink), generator: offered(bed.generator) };
  if ((await over) !== 0) throw new Error("the generator has failed");
  return { forwarded: rate(before.sink, after.sink), offered: rate(before.generator, after.generator) };
}

/** Round trips between the hosts, microseconds, in order of size; `interval` is in seconds. */
export async function roundTrips(bed: Bed, interval: number, count: number): Promise<number[]> {
  const [command, ...prefix] = bed.left.prefix;
  const ask = (times: number, pause: number): Promise<string> =>
    output(command, ...prefix, "taskset", "-c", "1", built("ports/nuse-bench-echo"), hosts.b.v4, String(pause * 1e6), String(times));
  await ask(5, 0.1);
  const times = (await ask(count, interval)).trim().split("\n").map((ns) => Number(ns) / 1000);
  if (times.length < count / 2) throw new Error(`only ${times.length} of ${count} echo requests were answered`);
  return times.sort((a, b) => a - b);
}

/** Share of one processor that a process uses, in `seconds` from now on. */
export async function processorShare(pid: number, seconds: number): Promise<number> {
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await sleep(seconds * 1000);
  return (ticks() - before) / 100 / seconds;
}

