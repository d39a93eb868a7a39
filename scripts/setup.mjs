// SPDX-License-Identifier: GPL-2.0-only
// npm run setup: build everything that is out of date.

import { report } from "./lib/errors.mjs";
import { setUp } from "./lib/setup.mjs";

try {
  await setUp({ everything: process.argv.includes("--everything") });
} catch (error) {
  report(error);
  process.exitCode = 1;
}
