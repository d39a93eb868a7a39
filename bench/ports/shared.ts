// SPDX-License-Identifier: GPL-2.0-only
// Links through shared memory: a generator and sink in one process (testpmd,
// flowgen), the router in another, two memif links between them. Beside it the
// library kernel on ports in memory. testpmd cannot stand in the router's place:
// it does not forward on links that come after it has started.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end, output } from "../../lab/command.js";
import { Forwarder, built, library } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";
import { hosts } from "../../lab/network.js";
import { nextHop } from "./bed.js";
import type { Load } from "./measure.js";
import { Results, summarise } from "./result.js";
import { started } from "./router.js";
import type { Running } from "./router.js";

const bufferSize = 2048;

/** Where flowgen sends everything, whatever port it is on. */
const generatedMac = "00:01:02:03:04:01";

type Side = "left" | "right";
const number = (side: Side): number => (side === "left" ? 0 : 1);

interface SharedSubject {
  readonly name: string;
  readonly start: (namespace: Namespace, socket: string) => Promise<Running>;
}

const engine = (port: (side: Side, socket: string) => string) => async (namespace: Namespace, socket: string) => {
  const forwarder = new Forwarder(namespace, [
    "--port", `left=${port("left", socket)}`, "--port", `right=${port("right", socket)}`,
    "--mac", `left=${generatedMac}`, "--mac", `right=${generatedMac}`,
    "--addr", `left=${hosts.a.router4}/24`, "--addr", `right=${hosts.b.router4}/24`,
    "--neigh", `right=${nextHop.v4},${nextHop.mac}`, "--route", `default=${nextHop.v4}`,
    "--rx-list", "left", "--rx-list", "right", "--sysctl", "net.ipv4.conf.all.send_redirects=0",
    "--cpu", "0", "--idle", "poll",
  ]);
  await forwarder.ready();
  return { pid: forwarder.child.pid, stop: () => forwarder.stop() };
};

/** A memif device of DPDK's. */
const netMemif = (side: Side, socket: string, role: "client" | "server"): string =>
  `net_memif${number(side)},role=${role},id=${number(side)},socket=${socket},socket-abstract=no,bsize=${bufferSize},rsize=10`;

function testpmd(namespace: Namespace, vdevs: readonly string[], args: readonly string[]) {
  const [command, ...prefix] = namespace.prefix;
  return spawn(command, [
    ...prefix, "dpdk-testpmd", "--lcores", "0@1,1@1", "--no-huge", "-m", "512", "--no-shconf", "--no-pci", "--no-telemetry",
    ...vdevs.flatMap((vdev) => ["--vdev", vdev]),
    "--", "--auto-start", "--burst=64", "--total-num-mbufs=16384", ...args,
  ], { stdio: ["pipe", "pipe", "pipe"] });
}

export const subjects: readonly SharedSubject[] = [
  {
    name: "memif",
    start: engine((side, socket) => `memif:${socket},role=client,id=${number(side)},ring-size=10,buffer-size=${bufferSize},zero-copy=yes`),
  },
  { name: "dpdk net_memif", start: engine((side, socket) => `dpdk:${netMemif(side, socket, "client")}`) },
];

/** Frames a second that come back to the generator, in each of its seconds. */
function received(text: string): number[] {
  const rates = [...text.matchAll(/Rx-pps:\s+(\d+)/g)].map(([, rate]) => Number(rate));
  const ports = 2;
  return rates.flatMap((rate, at) => (at % ports ? [rate + rates[at - 1]!] : []));
}

async function forwarding(namespace: Namespace, socket: string, { size, flows }: Load, start: SharedSubject["start"]): Promise<number> {
  const vdevs = (["left", "right"] as const).map((side) => netMemif(side, socket, "server"));
  const generator = testpmd(namespace, vdevs, [
    "--forward-mode=flowgen", `--flowgen-flows=${flows}`, `--txpkts=${size}`, "--stats-period=1",
  ]);
  let said = "";
  generator.stdout.on("data", (text: Buffer) => (said += text.toString()));
  const over = new Promise((resolve) => generator.once("close", resolve));
  try {
    await started(generator, "Port statistics");
    const running = await start(namespace, socket);
    try {
      await sleep(6500);
    } finally {
      // First, so that all its seconds but the first are of forwarding; it prints what it has kept then.
      await end(generator, "SIGINT");
      await running.stop();
    }
  } finally {
    await end(generator, "SIGKILL");
  }
  await over;
  const rates = received(said).filter((rate) => rate > 100).slice(1);
  if (rates.length < 2) throw new Error(`the generator got next to nothing back:\n${said.slice(-1500)}`);
  return summarise(rates).median;
}

/** Mpps of every subject at every load, and of the library kernel in memory. */
export async function measureShared(loads: readonly Load[], results: Results): Promise<void> {
  for (const subject of subjects) {
    process.stderr.write(`  ${subject.name}: forwarding\n`);
    const namespace = new Namespace("bench", "router");
    const scratch = mkdtempSync(join(tmpdir(), "nuse-bench-"));
    try {
      for (const load of loads) {
        const rate = await forwarding(namespace, join(scratch, "memif"), load, subject.start);
        results.add(`${subject.name}/${load.size}-bytes/${load.flows}-flows`, rate / 1e6);
      }
    } finally {
      namespace.remove();
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  process.stderr.write("  in memory: forwarding\n");
  for (const [flows, scenario] of [[1, "ipv4/1-flow"], [10_000, "ipv4/10k-flows"]] as const) {
    const text = await output(built("kernel/nuse-bench-kernel"), "--library", library(), "--rounds", "1", "--json", "--only", scenario);
    const line = text.split("\n").find((one) => one.includes(`"name":"${scenario}",`));
    if (!line) throw new Error(`nuse-bench-kernel has no result of ${scenario}`);
    for (const { size } of loads.filter((load) => load.flows === flows)) {
      results.add(`in memory/${size}-bytes/${flows}-flows`, (JSON.parse(line) as { median: number }).median);
    }
  }
}
