#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// nuse COMMAND: looks at nused and tells it what to do. A word that is no command
// of ours is a program to run on the stack.

import { exitStatus, formatError } from "../errors.js";
import { endWithReader } from "./output.js";

try {
  endWithReader();
  const { run } = await import("./program.js");
  await run(process.argv);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = exitStatus(error);
}
