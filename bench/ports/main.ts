// SPDX-License-Identifier: GPL-2.0-only
// The port benchmarks: `npm run bench -- ports --help`.

import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { removeLeftovers } from "../../lab/namespace.js";
import { formatReport } from "../report/figures.js";
import { describeRun } from "../report/run.js";
import { carrier } from "./bed.js";
import type { Bed } from "./bed.js";
import { groupFigures, sharedFigures } from "./figures.js";
import { forwarding, processorShare, roundTrips } from "./measure.js";
import type { Load } from "./measure.js";
import { Results, format, percentile, ratios, summarise } from "./result.js";
import type { EngineSettings, Running } from "./router.js";
import { measureShared, subjects as sharedSubjects } from "./shared.js";
import { groups } from "./subjects.js";
import type { Group, Subject } from "./subjects.js";

const loads: readonly Load[] = [64, 1024].flatMap((size) => [1, 10_000].map((flows) => ({ size, flows })));

const all = ["memif", ...Object.keys(groups)];

/** The host's kernel is a subject of every group. */
const keyOf = (group: Group, subject: Subject, quantity: string): string => `${group.name}/${subject.name}/${quantity}`;
const loadName = ({ size, flows }: Load): string => `${size}-bytes/${flows}-flows`;

let present: Bed | undefined;

/** Leave nothing behind: what runs in the namespaces goes with them. */
function leave(): void {
  present?.remove();
  process.exit(130);
}

/** Start a subject in a network of its own, and take both away after `work`. */
async function inBed(
  subject: Subject,
  settings: EngineSettings,
  work: (bed: Bed, running: Running) => Promise<void>,
): Promise<void> {
  const bed = subject.bed();
  present = bed;
  try {
    const running = await subject.start(bed, settings);
    try {
      await work(bed, running);
    } finally {
      await running.stop();
    }
  } finally {
    present = undefined;
    bed.remove();
  }
}

async function measureForwarding(group: Group, subject: Subject, results: Results): Promise<void> {
  await inBed(subject, {}, async (bed) => {
    await carrier(bed.generator);
    await carrier(bed.sink);
    for (const load of loads) {
      const { forwarded, offered } = await forwarding(bed, load);
      results.add(keyOf(group, subject, loadName(load)), forwarded / 1e6);
      results.add(keyOf(group, subject, `${loadName(load)}/offered`), offered / 1e6);
    }
  });
}

async function measureLatency(group: Group, subject: Subject, results: Results): Promise<void> {
  await inBed(subject, { resolve: true }, async (bed) => {
    bed.inhabit();
    const times = await roundTrips(bed, 0.002, 500);
    results.add(keyOf(group, subject, "rtt-p50"), percentile(times, 0.5));
    results.add(keyOf(group, subject, "rtt-p99"), percentile(times, 0.99));
  });
}

/** Asleep without traffic; then a request a quarter of a second. */
async function measureIdle(group: Group, subject: Subject, results: Results): Promise<void> {
  await inBed(subject, { resolve: true, idle: "adaptive" }, async (bed, { pid }) => {
    bed.inhabit();
    await roundTrips(bed, 0.1, 3);
    if (pid !== undefined) results.add(keyOf(group, subject, "idle-share"), 100 * (await processorShare(pid, 5)));
    const times = await roundTrips(bed, 0.25, 20);
    results.add(keyOf(group, subject, "idle-rtt-p50"), percentile(times, 0.5));
    results.add(keyOf(group, subject, "idle-rtt-p90"), percentile(times, 0.9));
  });
}

async function measureRound(chosen: readonly Group[], shared: boolean, timed: boolean, results: Results): Promise<void> {
  if (shared) await measureShared(loads, results);
  for (const group of chosen) {
    for (const subject of group.subjects) {
      process.stderr.write(`  ${subject.name}: forwarding`);
      await measureForwarding(group, subject, results);
      if (timed && subject.timed) {
        process.stderr.write(", round trips, idling");
        await measureLatency(group, subject, results);
        await measureIdle(group, subject, results);
      }
      process.stderr.write("\n");
    }
  }
}

function verdict(ratio: number, wanted: number | undefined): string {
  if (wanted === undefined) return "";
  return ratio >= wanted ? `  >= ${wanted} ok` : `  >= ${wanted} MISSED`;
}

function printForwarding(group: Group, results: Results): void {
  const { subjects: [ours, ...references], wanted } = group;
  for (const load of loads) {
    const rates = results.get(keyOf(group, ours, loadName(load)));
    const offered = summarise(results.get(keyOf(group, ours, `${loadName(load)}/offered`))).median;
    const { median } = summarise(rates);
    const limit = median > 0.98 * offered ? ", all that was offered" : "";
    console.log(`${ours.name} ${loadName(load)}: ${format(summarise(rates), 3)} Mpps${limit}`);
    for (const reference of references) {
      const theirs = results.get(keyOf(group, reference, loadName(load)));
      const ratio = summarise(ratios(rates, theirs));
      console.log(
        `  ${format(ratio, 2)} of ${reference.name}, ${format(summarise(theirs), 3)} Mpps` +
          verdict(ratio.median, wanted[reference.name]),
      );
    }
  }
}

/** Shares of the library kernel's rate on ports in memory. */
function printShared(results: Results): void {
  for (const { name } of sharedSubjects) {
    for (const load of loads) {
      const rates = results.get(`${name}/${loadName(load)}`);
      const memory = results.get(`in memory/${loadName(load)}`);
      const ratio = summarise(ratios(rates, memory));
      console.log(
        `${name} ${loadName(load)}: ${format(summarise(rates), 2)} Mpps\n` +
          `  ${format(ratio, 2)} of in memory, ${format(summarise(memory), 2)} Mpps${verdict(ratio.median, 0.8)}`,
      );
    }
  }
  console.log("");
}

function printLatency(group: Group, results: Results): void {
  const ours = group.subjects[0];
  const host = group.subjects.find(({ name }) => name === "host kernel");
  for (const quantity of ["rtt-p50", "rtt-p99"]) {
    const times = results.get(keyOf(group, ours, quantity));
    const theirs = host ? results.get(keyOf(group, host, quantity)) : [];
    const beside = summarise(ratios(times, theirs));
    console.log(
      `${ours.name} ${quantity}: ${format(summarise(times), 1)} us; host kernel ${format(summarise(theirs), 1)} us;` +
        ` ratio ${format(beside, 2)}${beside.median <= 1 ? "  <= 1 ok" : "  <= 1 MISSED"}`,
    );
  }
  const share = summarise(results.get(keyOf(group, ours, "idle-share")));
  console.log(`${ours.name} idle, adaptive: ${format(share, 2)} % of a core${share.median < 2 ? "  < 2 ok" : "  < 2 MISSED"}`);
  const first = results.get(keyOf(group, ours, "idle-rtt-p50"));
  const hosts = host ? results.get(keyOf(group, host, "idle-rtt-p50")) : [];
  const added = summarise(first.map((time, round) => time - hosts[round]!));
  console.log(
    `${ours.name} first round trip after a quarter of a second: p50 ${format(summarise(first), 1)} us;` +
      ` ${format(added, 1)} more than the host kernel${added.median <= 100 ? "  <= 100 ok" : "  <= 100 MISSED"}`,
  );
}

interface Options {
  readonly rounds: string;
  readonly only?: string[];
  readonly json?: string;
  readonly forwarding?: boolean;
}

async function main(options: Options): Promise<void> {
  const names = options.only ?? all;
  const shared = names.includes("memif");
  const chosen = names.filter((name) => name !== "memif").map((name) => {
    const group = groups[name];
    if (!group) throw new Error(`no group ${name}; there are ${all.join(", ")}`);
    return group;
  });
  const results = new Results();
  removeLeftovers();
  for (let round = 1; round <= Number(options.rounds); round++) {
    console.error(`round ${round} of ${options.rounds}`);
    await measureRound(chosen, shared, !options.forwarding, results);
  }
  if (shared) printShared(results);
  for (const group of chosen) {
    printForwarding(group, results);
    if (!options.forwarding) printLatency(group, results);
    console.log("");
  }
  if (options.json) {
    const names = loads.map(loadName);
    const figures = [...(shared ? sharedFigures(names, results) : []), ...groupFigures(chosen, names, results, keyOf)];
    writeFileSync(options.json, formatReport({ run: describeRun(), figures }));
  }
}

const command = new Command("npm run bench -- ports")
  .description("Forwarding, round trips and idling of each kind of port, beside DPDK's testpmd and the host's kernel.")
  .option("--rounds <n>", "measure everything n times, in turn", "3")
  .option("--only <group...>", `of ${all.join(", ")}`)
  .option("--forwarding", "neither round trips nor idling")
  .option("--json <file>", "write every value there, for bench:report and bench:compare")
  .action(main);

process.once("SIGINT", leave).once("SIGTERM", leave);
try {
  await command.parseAsync();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
