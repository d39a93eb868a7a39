// SPDX-License-Identifier: GPL-2.0-only
// Network namespaces named after the process that made them, so that another
// run can clear away what a killed one left behind.

import { readFileSync } from "node:fs";
import { run, tryRun } from "./command.js";

const pattern = /^nuse-[a-z]+-(\d+)-\w+/;

/** A namespace with the loopback interface up. */
export class Namespace {
  readonly name: string;

  /** `kind` is demo or test; `role` tells the namespaces of one run apart. */
  constructor(kind: string, role: string) {
    this.name = `nuse-${kind}-${process.pid}-${role}`;
    run("ip", "netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
  }

  /** What to put before a command to run it inside. */
  get prefix(): readonly [string, ...string[]] {
    return ["ip", "netns", "exec", this.name];
  }

  /** `ip ARGS` inside. */
  ip(...args: string[]): string {
    return run("ip", "-n", this.name, ...args);
  }

  /** Any short command inside. */
  run(...command: string[]): string {
    return run("ip", "netns", "exec", this.name, ...command);
  }

  /** End what still runs inside and remove it. */
  remove(): void {
    removeNamespace(this.name);
  }
}

function removeNamespace(name: string): void {
  for (const pid of tryRun("ip", "netns", "pids", name).split("\n").filter(Boolean)) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // it has ended by itself
    }
  }
  tryRun("ip", "netns", "delete", name);
}

/** Does process `pid` live, and is it one of ours? */
function lives(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("node");
  } catch {
    return false;
  }
}

/** Remove the namespaces of runs that were killed; their names. */
export function removeLeftovers(): string[] {
  const names = tryRun("ip", "netns", "list").split("\n").map((line) => line.split(" ")[0] ?? "");
  const left = names.filter((name) => {
    const [, pid] = pattern.exec(name) ?? [];
    return pid !== undefined && !lives(Number(pid));
  });
  left.forEach(removeNamespace);
  return left;
}
