// SPDX-License-Identifier: GPL-2.0-only
// Programs of the host that a lab runs.

import { execFile, execFileSync, spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

const executed = promisify(execFile);

/** Run a short command now; throws with what it printed. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The same, for cleaning up: what fails is gone already. */
export function tryRun(command: string, ...args: string[]): string {
  try {
    return run(command, ...args);
  } catch {
    return "";
  }
}

/** Run a command to its end without blocking; its standard output. */
export async function output(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await executed(command, args, { encoding: "utf8", maxBuffer: 1 << 24 });
  return stdout;
}

/** Start a command that stays, its output ignored. */
export const background = (command: string, ...args: string[]): ChildProcess =>
  spawn(command, args, { stdio: "ignore" });

/** Start a command that stays and says something. */
export const speaking = (command: string, ...args: string[]): ChildProcessByStdio<null, Readable, null> =>
  spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });

/** End a child that we started, and wait until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  child.kill(signal);
  return gone;
}
