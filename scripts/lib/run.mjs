// SPDX-License-Identifier: GPL-2.0-only
// Child processes: output to a log file, the end of it shown on failure.

import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { SetupError } from "./errors.mjs";

const shown = 30;

/** The last lines of a file. */
export function tail(path, lines = shown) {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** Appends the output of several commands to one log. */
export class Log {
  #fd;

  constructor(path) {
    this.path = path;
    this.#fd = openSync(path, "w");
  }

  write(text) {
    writeSync(this.#fd, text);
  }

  close() {
    closeSync(this.#fd);
  }
}

/**
 * Run a command to its end with its output in `log`; `onLine` sees each line.
 * A command that fails throws with the end of the log and where it is.
 */
export async function run(log, command, args, { cwd, env, onLine } = {}) {
  log.write(`$ ${command} ${args.join(" ")}\n`);
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const read = async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      log.write(`${line}\n`);
      onLine?.(line);
    }
  };
  const ended = new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new SetupError(`cannot run ${command}: ${error.message}`)));
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  const [status] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
  if (status !== 0) {
    throw new SetupError(
      `${tail(log.path)}\n\n${command} ended with ${status}; the whole log: ${log.path}`,
    );
  }
}

/** Run `work(log)` with a log of its own at `path`. */
export async function logged(path, work) {
  const log = new Log(path);
  try {
    return await work(log);
  } finally {
    log.close();
  }
}

/** A short command's standard output; throws when it fails. */
export function output(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (result.error) throw new SetupError(`cannot run ${command}: ${result.error.message}`);
  if (result.status !== 0) {
    throw new SetupError(`${command} ${args.join(" ")} failed: ${result.stderr.trim()}`);
  }
  return result.stdout;
}

/** Run an interactive command on this terminal; its exit status. */
export function interactive(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: "inherit", ...options });
  if (result.error) throw new SetupError(`cannot run ${command}: ${result.error.message}`);
  return result.status ?? 1;
}
