// SPDX-License-Identifier: GPL-2.0-only
// How long a configuration of a thousand lines takes: to read, to plan, to apply
// to an instance that has nothing, to see that nothing is left, to change by one
// line and to take away again. The median of several instances.

import { parseArgs } from "node:util";
import { apply, preview } from "../../control/apply/apply.js";
import { readState } from "../../control/apply/read.js";
import { plan } from "../../control/plan/plan.js";
import { bootInstance } from "../../test/e2e/instance.js";
import { largeConfig } from "./large.js";

const { values: { rounds, help } } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, help: { type: "boolean", short: "h", default: false } },
});

type Times = Map<string, number[]>;

async function timed<T>(times: Times, name: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const list = times.get(name) ?? [];
  list.push(performance.now() - start);
  times.set(name, list);
  return result;
}

async function measure(times: Times): Promise<number> {
  const text = largeConfig();
  const { kernel, read, stop } = await bootInstance(["lan0"]);
  try {
    const wanted = await timed(times, "read the file", () => read(text));
    const running = await timed(times, "read an empty instance", () => readState(kernel, wanted));
    const steps = await timed(times, "plan all", () => plan(running, wanted));
    await timed(times, "apply all", () => apply([kernel], wanted, undefined));
    const full = await timed(times, "read the full instance", () => readState(kernel, wanted));
    await timed(times, "plan nothing", () => plan(full, wanted));
    await timed(times, "look for drift", () => preview([kernel], wanted));
    const changed = read(text.replace("via: 10.7.0.2 }", "via: 10.7.0.3 }"));
    await timed(times, "change one line", () => apply([kernel], changed, undefined));
    await timed(times, "take all away", () => apply([kernel], read(""), undefined));
    return steps.length;
  } finally {
    await stop();
  }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

if (help) {
  console.log("options: --rounds N (5)");
} else {
  const times: Times = new Map();
  let steps = 0;
  for (let round = 0; round < Number(rounds); round++) steps = await measure(times);
  console.log(`${largeConfig().split("\n").length} lines, ${steps} steps, ${rounds} rounds; median and greatest, milliseconds`);
  for (const [name, list] of times) {
    console.log(`${name.padEnd(24)} ${median(list).toFixed(1).padStart(8)} ${Math.max(...list).toFixed(1).padStart(8)}`);
  }
}
