// SPDX-License-Identifier: GPL-2.0-only
// Traffic between the hosts of a lab, by the usual programs.

import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { background, end, output, speaking } from "./command.js";
import type { Namespace } from "./namespace.js";

export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** Average round trip, milliseconds; undefined if nothing came back. */
  readonly average: number | undefined;
}

/** `count` echo requests, 20 a second. */
export async function ping(from: Namespace, to: string, count = 20): Promise<PingResult> {
  const [command, ...args] = [...from.prefix, "ping", "-n", "-q", "-i", "0.05", "-W", "1", "-c", String(count), to];
  const text = await output(command!, ...args).catch((error: { stdout?: string }) => error.stdout ?? "");
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
  const [, average] = /= [\d.]+\/([\d.]+)\//.exec(text) ?? [];
  return {
    sent: Number(sent ?? 0),
    received: Number(received ?? 0),
    average: average === undefined ? undefined : Number(average),
  };
}

/** Wait until `to` answers: neighbours and duplicate address detection take a moment. */
export async function reachable(from: Namespace, to: string, seconds = 10): Promise<boolean> {
  for (let attempt = 0; attempt < seconds; attempt++) {
    if ((await ping(from, to, 5)).received > 0) return true;
    await sleep(500);
  }
  return false;
}

interface IperfReport {
  readonly error?: string;
  readonly end?: { readonly sum_received?: { readonly bits_per_second: number; readonly bytes: number } };
}

export interface Throughput {
  readonly bitsPerSecond: number;
  readonly bytes: number;
}

/** iperf3 over TCP from one host to a server on the other. */
export async function iperf(from: Namespace, server: Namespace, address: string, seconds = 3): Promise<Throughput> {
  const [command, ...args] = [...server.prefix, "iperf3", "--server", "--one-off"];
  const listener = background(command!, ...args);
  try {
    await listening(server);
    const [ip, ...more] = [...from.prefix, "iperf3", "--json", "--time", String(seconds), "--client", address];
    const text = await output(ip!, ...more).catch((error: { stdout?: string }) => error.stdout ?? "{}");
    const report = JSON.parse(text) as IperfReport;
    const received = report.end?.sum_received;
    if (!received) throw new Error(`iperf3 to ${address}: ${report.error ?? "no result"}`);
    return { bitsPerSecond: received.bits_per_second, bytes: received.bytes };
  } finally {
    await end(listener);
  }
}

async function listening(server: Namespace): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (server.run("ss", "-Hltn", "sport", "=", ":5201").trim() !== "") return;
    await sleep(100);
  }
  throw new Error("iperf3 does not listen");
}

/** Under which address a web server on `server` sees `from`. */
export async function seenAs(from: Namespace, server: Namespace, address: string): Promise<string> {
  const listener = speaking(...server.prefix, process.execPath, join(process.cwd(), "build/js/lab/whoami.js"));
  try {
    await once(listener.stdout, "data");
    const [command, ...args] = [...from.prefix, "curl", "--silent", "--show-error", "--max-time", "10", `http://${address}:8080/`];
    return (await output(command!, ...args)).trim();
  } finally {
    await end(listener);
  }
}
