// SPDX-License-Identifier: GPL-2.0-only
// npm test: set-up, then every test there is, summed up in the last line.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { processorVariant } from "./lib/cpu.mjs";
import { report } from "./lib/errors.mjs";
import { runFuzz } from "./lib/fuzz.mjs";
import { parseOptions } from "./lib/options.mjs";
import { cacheDir, checkout, checkoutId } from "./lib/paths.mjs";
import { interactive } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";
import { add, closingLine, fromJUnit, fromVitest, nothing } from "./lib/tally.mjs";

const usage = `usage: npm test [-- OPTION...]
  --only SUITE         documents, ctest, sanitizers, fuzz or vitest; may be repeated
  --match PATTERN      tests whose names match
  --fuzz-seconds N     how long to fuzz, in processor time (60)`;

let options;
const reports = cacheDir("reports", checkoutId);

/** Run a command that leaves a report; one that leaves none has failed. */
function suite(file, parse, command, args, settings) {
  const path = join(reports, file);
  rmSync(path, { force: true });
  const status = interactive(command, args(path), settings);
  const tally = existsSync(path) ? parse(readFileSync(path, "utf8")) : { ...nothing, failed: 1 };
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

// Many tests wait more than they compute: twice as many at once as there are processors.
function ctest(file, dir) {
  const match = options.match ? ["--tests-regex", options.match] : [];
  return suite(file, fromJUnit, "ctest", (path) => [
    "--test-dir", dir, "--parallel", String(2 * availableParallelism()), "--output-on-failure",
    "--output-junit", path, ...match,
  ]);
}

function vitest() {
  const match = options.match ? ["--testNamePattern", options.match] : [];
  return suite("vitest.json", (text) => fromVitest(JSON.parse(text)), process.execPath, (path) => [
    join(checkout, "node_modules/vitest/vitest.mjs"), "run", "--root", checkout,
    "--reporter=default", "--reporter=json", `--outputFile.json=${path}`, ...match,
  ], { cwd: checkout });
}

/** Do the documents say what was built? */
function documents() {
  const status = interactive(process.execPath, [
    join(checkout, "scripts/kernel.mjs"), "check-table", "--variant", processorVariant(),
  ]);
  return { ...nothing, [status === 0 ? "passed" : "failed"]: 1 };
}

function suites({ dataplane, sanitized, fuzz }) {
  return {
    documents,
    ctest: () => ctest("ctest.xml", dataplane),
    sanitizers: () => ctest("sanitizers.xml", sanitized),
    fuzz: () => runFuzz(fuzz, Number(options["fuzz-seconds"]), options.match),
    vitest,
  };
}

let total = nothing;
try {
  options = parseOptions(usage, {
    options: {
      only: { type: "string", multiple: true },
      match: { type: "string" },
      "fuzz-seconds": { type: "string", default: "60" },
    },
  }).values;
  const all = suites(await setUp({ everything: true }));
  for (const [name, runSuite] of Object.entries(all)) {
    if (options.only && !options.only.includes(name)) continue;
    console.error(`\n${name}`);
    total = add(total, await runSuite());
  }
} catch (error) {
  report(error);
  total = add(total, { ...nothing, failed: 1 });
}

if (total.passed + total.failed === 0) {
  console.error("no test was run");
  total = { ...total, failed: 1 };
}
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`\n${closingLine(total)}`);
