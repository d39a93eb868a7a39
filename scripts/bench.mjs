// SPDX-License-Identifier: GPL-2.0-only
// npm run bench: the benchmark of bench/kernel, with what set-up built.
//   npm run bench -- --quick --only 'ipv4/*'

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { interactive, output } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

const hugepagesFile = "/proc/sys/vm/nr_hugepages";
const hugepagesWanted = 1024; // of 2 MiB: the instance with 500,000 routes and a small one

/** Run `work` with hugepages reserved, if the host has them, and give them back. */
function withHugepages(work) {
  const before = Number(readFileSync(hugepagesFile, "utf8"));
  if (before >= hugepagesWanted) return work();
  process.on("SIGINT", () => {}); // the terminal sends it to the program too, whose end we wait for
  process.on("SIGTERM", () => {});
  try {
    writeFileSync(hugepagesFile, String(hugepagesWanted));
    return work();
  } finally {
    writeFileSync(hugepagesFile, String(before));
  }
}

try {
  const { dataplane, liblinux } = await setUp();
  const commit = output("git", ["-C", checkout, "describe", "--always", "--dirty"]).trim();
  process.exitCode = withHugepages(() =>
    interactive(
      join(dataplane, "kernel/nuse-bench-kernel"),
      ["--library", liblinux, "--commit", commit, ...process.argv.slice(2)],
    ),
  );
} catch (error) {
  report(error);
  process.exitCode = 1;
}
