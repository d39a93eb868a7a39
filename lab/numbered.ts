// SPDX-License-Identifier: GPL-2.0-only
// A stream of numbered datagrams through a router, and every one that is missed.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { end } from "./command.js";
import { built } from "./forwarder.js";
import type { Namespace } from "./namespace.js";

export interface Tally {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly late: number;
}

const port = "4077";
/** For what is still on its way. */
const drain = 300;

interface Program {
  readonly child: ChildProcess;
  output(): string;
}

function start(namespace: Namespace, ...args: string[]): Program {
  const [command, ...prefix] = namespace.prefix;
  const child = spawn(command, [...prefix, built("life/nuse-numbered"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout!.on("data", (part: Buffer) => (text += part.toString()));
  return { child, output: () => text };
}

/** Stream from `from` to `address` of `to`, `rate` datagrams a second, for as long as `work` goes on. */
export async function streamDuring(from: Namespace, to: Namespace, address: string, rate: number, work: () => Promise<unknown>): Promise<Tally> {
  const receiver = start(to, "receive", port);
  await once(receiver.child.stdout!, "data");
  const sender = start(from, "send", address, port, String(rate));
  try {
    await work();
  } finally {
    await end(sender.child);
    await sleep(drain);
    await end(receiver.child);
  }
  const [received = 0, lost = 0, duplicates = 0, late = 0] = (receiver.output().trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return { sent: Number(sender.output()), received, lost, duplicates, late };
}
