// SPDX-License-Identifier: GPL-2.0-only

import { report } from "./lib/errors.mjs";
import { parseOptions } from "./lib/options.mjs";
import { setUp } from "./lib/setup.mjs";

const usage = `usage: npm run setup [-- --everything]
  Build what is out of date; with --everything what only tests need as well.`;

try {
  const { values } = parseOptions(usage, { options: { everything: { type: "boolean" } } });
  await setUp(values);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
