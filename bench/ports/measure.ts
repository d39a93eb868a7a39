// SPDX-License-Identifier: GPL-2.0-only
// One measurement each: frames a second, round trips, what idling costs.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { output } from "../../lab/command.js";
import { built } from "../../lab/forwarder.js";
import { hosts } from "../../lab/network.js";
import { routerMac } from "./bed.js";
import type { Bed, End } from "./bed.js";

const warm = 400; // ms
const counted = 1200;

export interface Load {
  /** Bytes of a frame on the wire, its checksum included. */
  readonly size: number;
  readonly flows: number;
}

interface LinkStatistics {
  readonly stats64: { readonly rx: { readonly packets: number } };
}

function received({ namespace, device }: End): { frames: number; time: number } {
  const [link] = JSON.parse(namespace.ip("-s", "-j", "link", "show", "dev", device)) as LinkStatistics[];
  return { frames: link!.stats64.rx.packets, time: performance.now() };
}

export interface Rate {
  /** Frames a second that the sink got, and that the generator sent. */
  readonly forwarded: number;
  readonly offered: number;
}

/** Frames a second through the router, more being offered than it can take. */
export async function forwarding(bed: Bed, { size, flows }: Load): Promise<Rate> {
  const [command, ...prefix] = bed.generator.namespace.prefix;
  const child = spawn(command, [
    ...prefix, "taskset", "-c", "1", built("ports/nuse-bench-blast"), bed.generator.device, routerMac.left,
    String(flows), String(size), String((warm + counted) / 1000 + 0.3),
  ], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  const over = new Promise((resolve) => child.once("close", resolve));
  await sleep(warm);
  const before = received(bed.sink);
  await sleep(counted);
  const after = received(bed.sink);
  await over;
  const [frames, nanoseconds] = said.split(" ").map(Number);
  if (!frames || !nanoseconds) throw new Error(`the generator said: ${said}`);
  return {
    forwarded: ((after.frames - before.frames) * 1000) / (after.time - before.time),
    offered: (frames * 1e9) / nanoseconds,
  };
}

/** Round trips between the hosts, microseconds, in order of size. */
export async function roundTrips(bed: Bed, interval: number, count: number): Promise<number[]> {
  const [command, ...prefix] = bed.left.prefix;
  const ping = (times: number, pause: number): Promise<string> =>
    output(command, ...prefix, "taskset", "-c", "1", "ping", "-n", "-i", String(pause), "-c", String(times), hosts.b.v4)
      .catch((error: { stdout?: string }) => error.stdout ?? "");
  await ping(5, 0.1);
  const text = await ping(count, interval);
  const times = [...text.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms) * 1000);
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

