// SPDX-License-Identifier: GPL-2.0-only
// The netlink benchmark: `npm run bench -- netlink --help`.

import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { removeLeftovers } from "../../lab/namespace.js";
import { Results, format, ratios, summarise } from "../ports/result.js";
import { HostTable } from "./host.js";
import { encodingCost, idleBlock, measureInstance } from "./instance.js";
import type { Block } from "./instance.js";
import { makeTable } from "./table.js";

interface Options {
  readonly rounds: string;
  readonly routes: string;
  readonly json?: string;
}

const wantedRatio = 1.5;
const wantedBlock = 10;

const verdict = (value: number, wanted: number): string => (value <= wanted ? `  <= ${wanted} ok` : `  <= ${wanted} MISSED`);

function addBlock(results: Results, name: string, { longest, p99 }: Block): void {
  results.add(`${name}-longest`, longest);
  results.add(`${name}-p99`, p99);
}

function print(results: Results): void {
  const of = (name: string) => summarise(results.get(name));
  const ratio = summarise(ratios(results.get("load"), results.get("host")));
  console.log(`routes through the codecs into the library kernel: ${format(of("load"), 2)} s`);
  console.log(`  ${format(ratio, 2)} of ip -batch on the host's kernel, ${format(of("host"), 2)} s${verdict(ratio.median, wantedRatio)}`);
  console.log(`  making a request: ${format(of("encode"), 2)} us`);
  console.log(`reading them back: ${format(of("dump"), 2)} s`);
  console.log("turns of the event loop, the longest and the 99th percentile:");
  for (const [name, what] of [["idle", "with nothing to do"], ["load", "while writing"], ["dump", "while reading"]] as const) {
    const longest = of(`${name}-longest`);
    const wanted = name === "idle" ? "" : verdict(longest.median, wantedBlock);
    console.log(`  ${what}: ${format(longest, 1)} ms, ${format(of(`${name}-p99`), 1)} ms${wanted}`);
  }
}

async function main({ rounds, routes, json }: Options): Promise<void> {
  removeLeftovers();
  const results = new Results();
  const table = makeTable(Number(routes));
  const host = new HostTable(table);
  try {
    for (let round = 1; round <= Number(rounds); round++) {
      console.error(`round ${round} of ${rounds}`);
      results.add("host", await host.load());
      const measured = await measureInstance(table);
      results.add("load", measured.load);
      results.add("dump", measured.dump);
      addBlock(results, "load", measured.loadBlock);
      addBlock(results, "dump", measured.dumpBlock);
      addBlock(results, "idle", await idleBlock());
      results.add("encode", encodingCost(table));
    }
  } finally {
    host.remove();
  }
  print(results);
  if (json) writeFileSync(json, results.lines());
}

await new Command("npm run bench -- netlink")
  .description("A routing table through the netlink codecs into the library kernel, beside ip -batch on the host's kernel.")
  .option("--rounds <n>", "measure everything n times, in turn", "3")
  .option("--routes <n>", "prefixes in the table", "500000")
  .option("--json <file>", "write every value there, an object a line")
  .action(main)
  .parseAsync();
