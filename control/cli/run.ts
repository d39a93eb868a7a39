// SPDX-License-Identifier: GPL-2.0-only
// Programs on the stack are started by nuse-run.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { findRunner } from "../engine/places.js";
import { NuseError } from "../errors.js";

/** Run a program in our place; its exit status, as a shell has it. */
export function runProgram(command: readonly string[]): Promise<number> {
  const runner = findRunner();
  const child = spawn(runner, command, { stdio: "inherit" });
  const ignored = ["SIGINT", "SIGQUIT"] as const;
  // The terminal sends them to both; it is the program that decides what they mean.
  ignored.forEach((signal) => process.on(signal, () => undefined));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("exit", (status, signal) => resolve(status ?? 128 + constants.signals[signal!]));
    child.once("error", (cause: NodeJS.ErrnoException) => {
      const absent = cause.code === "ENOENT";
      const words = absent
        ? `${command[0]} is no command of nuse, and ${runner}, which would run it on the stack, is not there`
        : `cannot start ${runner}: ${cause.message}`;
      reject(new NuseError("program.missing", words, { hint: "nuse --help says which commands there are", cause }));
    });
  });
}
