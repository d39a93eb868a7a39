// SPDX-License-Identifier: GPL-2.0-only
// Fuzzing what parses bytes of others: dataplane/test/fuzz, built with clang.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { hashFiles, unlessDone } from "./files.mjs";
import { cacheDir, checkout, checkoutId, logFile } from "./paths.mjs";
import { logged, run, tail } from "./run.mjs";
import { nothing } from "./tally.mjs";

const source = join(checkout, "dataplane/test/fuzz");
const sources = ["include", "host", "port", "test/fuzz"];

/** Build every target; its directory. */
export async function buildFuzz(progress) {
  const dir = cacheDir("fuzz", checkoutId);
  const hash = hashFiles(sources.map((path) => join(checkout, "dataplane", path)));
  const say = await unlessDone(join(dir, ".sources"), hash, () =>
    logged(logFile("fuzz"), async (log) => {
      progress.note("clang");
      await run(log, "cmake", ["-S", source, "-B", dir, "-DCMAKE_C_COMPILER=clang-14"]);
      await run(log, "cmake", ["--build", dir, "--parallel", String(availableParallelism())]);
      return "built";
    }),
  );
  return { say, value: dir };
}

function targets(dir) {
  return readdirSync(source)
    .map((file) => /^fuzz_(\w+)\.c$/.exec(file)?.[1])
    .filter((name) => name && existsSync(join(dir, `fuzz_${name}`)));
}

/** One target for so long; true if it found nothing. What it learns is kept. */
async function runTarget(dir, name, seconds) {
  const program = join(dir, `fuzz_${name}`);
  const seeds = join(source, "seeds", name);
  const log = logFile(`fuzz-${name}`);
  const output = openSync(log, "w");
  const child = spawn(program, [
    `-max_total_time=${seconds}`, "-timeout=10", "-rss_limit_mb=1500", "-print_final_stats=1",
    `-artifact_prefix=${cacheDir("fuzz", checkoutId, "found", name)}/`,
    cacheDir("fuzz", checkoutId, "corpus", name), ...(existsSync(seeds) ? [seeds] : []),
  ], { stdio: ["ignore", output, output] });
  const [status] = await once(child, "close");
  closeSync(output);
  const text = readFileSync(log, "utf8");
  const runs = /number_of_executed_units: (\d+)/.exec(text)?.[1] ?? "0";
  if (status === 0) {
    console.error(`  ${name}: nothing found in ${runs} runs`);
    return true;
  }
  const input = /Test unit written to (\S+)/.exec(text)?.[1];
  console.error(tail(log, 60));
  console.error(`  ${name}: FAILED after ${runs} runs; all of its output: ${log}`);
  if (input) console.error(`  the input: ${input}\n  to repeat: ${program} ${input}`);
  return false;
}

/** Every target whose name matches, `seconds` of processor time in all, as many at once as there are processors. */
export async function runFuzz(dir, seconds, match) {
  const chosen = targets(dir).filter((name) => !match || new RegExp(match).test(name));
  const each = Math.max(1, Math.floor(seconds / chosen.length));
  const left = [...chosen];
  const tally = { ...nothing };
  const work = async () => {
    for (let name = left.shift(); name; name = left.shift()) {
      tally[(await runTarget(dir, name, each)) ? "passed" : "failed"] += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return tally;
}
