// SPDX-License-Identifier: GPL-2.0-only

import { parseArgs } from "node:util";
import { SetupError } from "./errors.mjs";

/**
 * The command line, as parseArgs() reads it; --help prints `usage` and ends.
 * Throws a SetupError for what it does not know, with `usage` as the hint.
 */
export function parseOptions(usage, settings = {}) {
  const options = { help: { type: "boolean", short: "h" }, ...settings.options };
  let parsed;
  try {
    parsed = parseArgs({ ...settings, options });
  } catch (error) {
    throw new SetupError(error.message, usage);
  }
  if (parsed.values.help) {
    console.log(usage);
    process.exit(0);
  }
  return parsed;
}
