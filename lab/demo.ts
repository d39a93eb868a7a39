// SPDX-License-Identifier: GPL-2.0-only
// The demonstration: nused between two namespaces and a third behind NAT, proved
// with ping, iperf3 and a web server, then its rates until it is told to stop.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { removeLeftovers } from "./namespace.js";
import { createNetwork, hosts } from "./network.js";
import type { Network } from "./network.js";
import { Nused } from "./nused.js";
import { Rates } from "./rates.js";
import { iperf, ping, reachable, seenAs } from "./traffic.js";

const say = (text = ""): void => void process.stdout.write(`${text}\n`);

function picture(): void {
  say();
  say("  a 10.77.1.2 ---- left [ nused: Linux as a library ] right ---- b 10.77.2.2");
  say("    fd77:1::2                        wan                            fd77:2::2");
  say("                                      |");
  say("                                      c 203.0.113.2, behind NAT");
  say();
}

/** From a to b and out to c; throws if something does not get through. */
async function prove({ a, b, c }: Network): Promise<void> {
  for (const [name, address] of [["ping", hosts.b.v4], ["ping -6", hosts.b.v6]] as const) {
    if (!(await reachable(a, address))) throw new Error(`${address} does not answer through nused`);
    const { sent, received, average } = await ping(a, address);
    say(`  ${name.padEnd(10)} ${address.padEnd(12)} ${received} of ${sent} answered, ${average} ms on average`);
  }
  for (const [name, address] of [["iperf3", hosts.b.v4], ["iperf3 -6", hosts.b.v6]] as const) {
    const { bitsPerSecond } = await iperf(a, b, address);
    say(`  ${name.padEnd(10)} ${address.padEnd(12)} ${(bitsPerSecond / 1e9).toFixed(2)} Gbit/s`);
  }
  const seen = await seenAs(a, c, hosts.c.v4);
  if (seen !== hosts.c.router4) throw new Error(`c sees ${hosts.a.v4} as ${seen}: it is not translated`);
  say(`  ${"NAT".padEnd(10)} ${hosts.c.v4.padEnd(12)} sees ${hosts.a.v4} as ${seen}`);
}

/** How to look around while it runs. */
function explain({ a }: Network, nused: Nused): void {
  say();
  say(`  metrics    curl --unix-socket ${nused.socket} http://nused/metrics`);
  say(`  status     curl --unix-socket ${nused.socket} http://nused/status`);
  say(`  log        ${nused.logFile}`);
  say(`  try        ip netns exec ${a.name} ping ${hosts.b.v4}`);
  say(`  change     edit ${nused.configFile}, then kill -HUP ${nused.child.pid}`);
  say("  stop       Ctrl-C");
  say();
}

async function watch(nused: Nused, stopped: AbortSignal): Promise<void> {
  const rates = new Rates();
  const inPlace = process.stdout.isTTY === true;
  while (!stopped.aborted) {
    if (nused.child.exitCode !== null || nused.child.signalCode !== null) {
      throw new Error(`nused has ended:\n${nused.log()}`);
    }
    const line = rates.line(await nused.metrics(), Date.now());
    if (line) process.stdout.write(inPlace ? `\r\x1b[K  ${line}` : `  ${line}\n`);
    await sleep(1000, undefined, { signal: stopped }).catch(() => undefined);
  }
  say();
}

/** Resolves when it is time to stop, whatever is still going on. */
const aborted = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : once(signal, "abort");

async function demonstrate(stopped: AbortSignal): Promise<void> {
  const left = removeLeftovers();
  if (left.length > 0) say(`removed what a killed run left: ${left.join(", ")}`);
  picture();
  const network = createNetwork("demo");
  process.once("exit", () => network.remove());
  const nused = new Nused(network.router, readFileSync(join(process.cwd(), "config/demo.yaml"), "utf8"));
  try {
    const shown = (async () => {
      await nused.ready();
      await prove(network);
      explain(network, nused);
      await watch(nused, stopped);
    })();
    await Promise.race([shown, aborted(stopped)]);
  } finally {
    await nused.stop();
  }
}

if (process.getuid?.() !== 0) {
  process.stderr.write("the demonstration makes network namespaces: run it as root\n");
  process.exit(1);
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
try {
  await demonstrate(stop.signal);
  process.exit(0); // a ping that was under way does not hold us up
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
