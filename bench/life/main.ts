// SPDX-License-Identifier: GPL-2.0-only
// The life of nused: `npm run bench -- life --help`.

import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { Command } from "commander";
import { output } from "../../lab/command.js";
import { get } from "../../lab/http.js";
import { removeLeftovers } from "../../lab/namespace.js";
import { createNetwork, hosts } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { streamDuring } from "../../lab/numbered.js";
import { Nused } from "../../lab/nused.js";
import { SteeredNused } from "../../lab/steering.js";
import { reachable } from "../../lab/traffic.js";
import { format, Results, summarise } from "../ports/result.js";

const config = readFileSync("config/demo.yaml", "utf8");
/** Touches neither of the ways that traffic takes here. */
const unrelated = config
  .replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.9.1/24,")
  .replace("\nroutes:\n", "\nroutes:\n  - { to: 192.0.2.0/24, via: 10.77.2.9 }\n");

/** The hosts know the router's addresses: it is not their asking that is measured. */
function introduce({ a, b, router }: Network): void {
  for (const [host, device, address] of [[a, "left0", hosts.a.router4], [b, "right0", hosts.b.router4]] as const) {
    const [, mac] = /link\/ether (\S+)/.exec(router.ip("link", "show", device)) ?? [];
    host.ip("neigh", "replace", address, "lladdr", mac!, "dev", "eth0", "nud", "permanent");
  }
}

/** From the process's start to its READY, and to the first packet that it forwards. */
async function measureStart(network: Network, results: Results): Promise<void> {
  const started = performance.now();
  const nused = new Nused(network.router, config);
  try {
    const [command, ...prefix] = network.a.prefix;
    const forwards = output(command, ...prefix, "ping", "-n", "-q", "-i", "0.01", "-c", "1", "-w", "20", hosts.b.v4)
      .then(() => results.add("start to forwarding, s", (performance.now() - started) / 1000));
    while (!nused.log().includes('"msg":"ready"')) await sleep(2);
    results.add("start to ready, s", (performance.now() - started) / 1000);
    await forwards;
  } finally {
    await nused.stop();
  }
}

/** The greatest of some rates at which nothing is lost when nothing changes. */
async function fullRate(network: Network): Promise<number> {
  for (let rate = 800_000; rate > 10_000; rate = Math.round(rate * 0.8)) {
    const { sent, received } = await streamDuring(network.a, network.b, hosts.b.v4, rate, () => sleep(2_000));
    if (sent === received) return rate;
  }
  throw new Error("datagrams are lost at any rate: the machine is too busy");
}

const reloads = 20;
const asked = 5; // s

/** In turn with and without reloads, at one rate and for one time. */
async function measureReloads(network: Network, rounds: number, results: Results): Promise<void> {
  const nused = new SteeredNused(network.router, config);
  try {
    await nused.ready();
    await reachable(network.a, hosts.b.v4);
    const rate = await fullRate(network);
    for (let round = 0; round < rounds; round++) {
      let took = 0;
      const during = await streamDuring(network.a, network.b, hosts.b.v4, rate, async () => {
        const started = performance.now();
        for (let count = 0; count < reloads; count++) {
          const { seconds } = await nused.apply(count % 2 === 0 ? unrelated : config);
          results.add("a change, ms", seconds * 1000);
        }
        took = performance.now() - started;
      });
      const without = await streamDuring(network.a, network.b, hosts.b.v4, rate, () => sleep(took));
      results.add("rate, datagrams a second", during.sent / (took / 1000));
      results.add(`lost in ${reloads} changes`, during.sent - during.received);
      results.add("lost in as long without", without.sent - without.received);
    }
  } finally {
    await nused.stop();
  }
}

/** Somebody who asks the API as fast as it answers, and a scrape a second. */
async function ask(socketPath: string, seconds: number): Promise<number> {
  const scrapes = setInterval(() => void get(socketPath, "/metrics").catch(() => undefined), 1000);
  try {
    const { requests } = await autocannon({ url: "http://nused/status", socketPath, connections: 10, duration: seconds });
    return requests.average;
  } finally {
    clearInterval(scrapes);
  }
}

/** In turn with and without an API that is asked as fast as it answers. */
async function measureLoad(network: Network, rounds: number, results: Results): Promise<void> {
  const nused = new Nused(network.router, config);
  try {
    await nused.ready();
    await reachable(network.a, hosts.b.v4);
    const rate = await fullRate(network);
    for (let round = 0; round < rounds; round++) {
      const without = await streamDuring(network.a, network.b, hosts.b.v4, rate, () => sleep(asked * 1000));
      const during = await streamDuring(network.a, network.b, hosts.b.v4, rate, async () => {
        results.add("requests a second", await ask(nused.socket, asked));
      });
      results.add("lost while the API is asked", during.sent - during.received);
      results.add("lost in as long without requests", without.sent - without.received);
      results.add("share that arrives, asked by not", during.received / during.sent / (without.received / without.sent));
    }
  } finally {
    await nused.stop();
  }
}

function memory(pid: number): { readonly rss: number; readonly anonymous: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { rss: field("VmRSS"), anonymous: field("RssAnon") };
}

/** Growth from one thousand changes to the next; the first ones warm up. */
async function measureMemory(network: Network, thousands: number, results: Results): Promise<void> {
  const nused = new SteeredNused(network.router, config);
  try {
    await nused.ready();
    let before: ReturnType<typeof memory> | undefined;
    for (let thousand = 0; thousand <= thousands; thousand++) {
      for (let count = 0; count < 1000; count++) await nused.apply(count % 2 === 0 ? unrelated : config);
      const now = memory(nused.child.pid!);
      if (before) {
        results.add("RSS grown in 1,000 changes, MB", now.rss - before.rss);
        results.add("of it anonymous, MB", now.anonymous - before.anonymous);
      }
      results.add("RSS, MB", now.rss);
      before = now;
    }
  } finally {
    await nused.stop();
  }
}

interface Options {
  readonly rounds: string;
  readonly thousands: string;
  readonly json?: string;
}

async function main({ rounds, thousands, json }: Options): Promise<void> {
  removeLeftovers();
  const network = createNetwork("bench", "life");
  const leave = (): void => {
    network.remove();
    process.exit(130);
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  const results = new Results();
  try {
    introduce(network);
    for (let round = 0; round < Number(rounds); round++) await measureStart(network, results);
    await measureReloads(network, Number(rounds), results);
    await measureLoad(network, Number(rounds), results);
    if (Number(thousands) > 0) await measureMemory(network, Number(thousands), results);
  } finally {
    network.remove();
  }
  for (const name of results.names()) {
    console.log(`${name.padEnd(34)} ${format(summarise(results.get(name)), name.endsWith("s") && !name.endsWith("ms") ? 2 : 1)}`);
  }
  if (json) writeFileSync(json, results.lines());
}

const command = new Command("npm run bench -- life")
  .description("Start, changes and requests under a full stream of datagrams, and memory over many changes.")
  .option("--rounds <n>", "measure start and changes n times", "5")
  .option("--thousands <n>", "thousands of changes after the first, for memory; 0 leaves it out", "3")
  .option("--json <file>", "write every value there, an object a line")
  .action(main);

try {
  await command.parseAsync();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
