// SPDX-License-Identifier: GPL-2.0-only
// npm run bench:report FILE, npm run bench:compare A B: of results that a benchmark wrote.

import { join } from "node:path";
import { report } from "./lib/errors.mjs";
import { checkout } from "./lib/paths.mjs";
import { interactive } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

try {
  await setUp();
  process.exitCode = interactive(process.execPath, [join(checkout, "build/js/bench/report/main.js"), ...process.argv.slice(2)]);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
