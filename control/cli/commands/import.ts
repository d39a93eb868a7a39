// SPDX-License-Identifier: GPL-2.0-only
// From the nuse.conf of 2015 to a configuration file of today.

import { importNuseConf } from "../../config/import/convert.js";
import { formatError, NuseError } from "../../errors.js";
import { readText } from "./config.js";

/** The YAML to standard output; what was lost, and where, to standard error. */
export function importOld(file: string): void {
  const { yaml, losses } = importNuseConf(readText(file));
  const lost = losses.map(({ line, message }) => new NuseError("config.invalid", message, { place: { file, line, column: 1 } }));
  if (yaml === "") {
    throw new NuseError("config.invalid", `${file} has nothing that can be converted`, lost.length > 0 ? { faults: lost } : {});
  }
  process.stdout.write(yaml);
  lost.forEach((one) => process.stderr.write(`${formatError(one)}\n`));
}
