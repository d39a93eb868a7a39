// SPDX-License-Identifier: GPL-2.0-only
// Programs on the stack beside the same ones on the host's kernel, over veth pairs
// to the same peer, in turn: `npm run bench -- posix [--rounds N]`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { background, end, output } from "../../lab/command.js";
import { Forwarder, built } from "../../lab/forwarder.js";
import { Namespace, removeLeftovers } from "../../lab/namespace.js";

const echoPort = "7777";
const links = {
  stack: { device: "lan", mine: "10.80.1.1", peer: "10.80.1.2" },
  host: { device: "lan2", mine: "10.80.2.1", peer: "10.80.2.2" },
} as const;
type Side = keyof typeof links;

interface Bed {
  readonly home: Namespace;
  readonly peer: Namespace;
  /** Run a program on one side; what it printed. */
  run(side: Side, ...command: string[]): Promise<string>;
}

function addLink(home: Namespace, peer: Namespace, side: Side): void {
  const { device, mine, peer: other } = links[side];
  home.ip("link", "add", device, "type", "veth", "peer", "name", device, "netns", peer.name);
  home.ip("link", "set", device, "up");
  peer.ip("address", "add", `${other}/24`, "dev", device);
  peer.ip("link", "set", device, "up");
  if (side === "host") home.ip("address", "add", `${mine}/24`, "dev", device);
}

async function inBed(idle: string, work: (bed: Bed) => Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "nuse-bench-"));
  const home = new Namespace("bench", "home");
  const peer = new Namespace("bench", "peer");
  const socket = join(scratch, "stack.sock");
  try {
    addLink(home, peer, "stack");
    addLink(home, peer, "host");
    const engine = new Forwarder(home, [
      "--port", `eth0=raw:${links.stack.device}`, "--addr", `eth0=${links.stack.mine}/24`, "--stack", socket, "--idle", idle,
    ]);
    await engine.ready();
    const run = (side: Side, ...command: string[]): Promise<string> => {
      const [first, ...prefix] = home.prefix;
      const stack = side === "stack" ? [built("posix/nuse-run"), "--stack", socket] : [];
      return output(first, ...prefix, ...stack, ...command);
    };
    await work({ home, peer, run });
    await engine.stop();
  } finally {
    peer.remove();
    home.remove();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** "name value" lines. */
const parse = (text: string): [string, number][] =>
  text.trim().split("\n").map((line) => [line.split(" ")[0]!, Number(line.split(" ")[1])]);

async function calls({ peer, run }: Bed, side: Side): Promise<[string, number][]> {
  const program = built("posix-bench/nuse-bench-calls");
  const [first, ...prefix] = peer.prefix;
  const echo = background(first, ...prefix, program, "echo", links[side].peer, echoPort);
  await sleep(200);
  try {
    return parse(await run(side, program, "measure", links[side].peer, echoPort));
  } finally {
    await end(echo);
  }
}

async function bulk({ peer, run }: Bed, side: Side): Promise<[string, number][]> {
  const results: [string, number][] = [];
  for (const [name, ...more] of [["tcp-send-Gbit/s"], ["tcp-receive-Gbit/s", "-R"]] as const) {
    const [first, ...prefix] = peer.prefix;
    const server = background(first, ...prefix, "iperf3", "-s", "-1", "-B", links[side].peer);
    await sleep(300);
    const text = await run(side, "iperf3", "-c", links[side].peer, "-t", "3", "-J", ...more);
    const { end: summary } = JSON.parse(text) as { end: { sum_received: { bits_per_second: number } } };
    results.push([name, summary.sum_received.bits_per_second / 1e9]);
    await end(server);
  }
  return results;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function print(results: ReadonlyMap<string, Record<Side, number[]>>): void {
  console.log("| | stack | host | ratio |\n|---|---|---|---|");
  for (const [name, { stack, host }] of results) {
    const [mine, theirs] = [median(stack), median(host)];
    console.log(`| ${name} | ${mine.toPrecision(4)} | ${theirs.toPrecision(4)} | ${(mine / theirs).toFixed(2)} |`);
  }
}

async function measure(rounds: number, idle: string): Promise<void> {
  const results = new Map<string, Record<Side, number[]>>();
  await inBed(idle, async (bed) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const side of ["stack", "host"] as const) {
        for (const [name, value] of [...(await calls(bed, side)), ...(await bulk(bed, side))]) {
          if (!results.has(name)) results.set(name, { stack: [], host: [] });
          results.get(name)![side].push(value);
        }
      }
    }
  });
  print(results);
}

removeLeftovers();
const program = new Command("posix")
  .option("--rounds <n>", "how often everything is measured", "3")
  .option("--idle <policy>", "of the worker: poll, adaptive or interrupt", "adaptive")
  .parse();
const { rounds, idle } = program.opts<{ rounds: string; idle: string }>();
await measure(Number(rounds), idle);
