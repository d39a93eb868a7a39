// SPDX-License-Identifier: GPL-2.0-only
// npm run bench: the benchmark of bench/kernel, with what set-up built.
//   npm run bench -- --quick --only 'ipv4/*'

import { join } from "node:path";
import { report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { interactive, output } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

try {
  const { dataplane, liblinux } = await setUp();
  const commit = output("git", ["-C", checkout, "describe", "--always", "--dirty"]).trim();
  process.on("SIGINT", () => {}); // the terminal sends it to the program too, whose end we wait for
  process.on("SIGTERM", () => {});
  process.exitCode = interactive(
    join(dataplane, "kernel/nuse-bench-kernel"),
    ["--library", liblinux, "--commit", commit, ...process.argv.slice(2)],
  );
} catch (error) {
  report(error);
  process.exitCode = 1;
}
