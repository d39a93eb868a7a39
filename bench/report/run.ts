// SPDX-License-Identifier: GPL-2.0-only
// What must be known of a machine to judge what was measured on it.

import { execFileSync } from "node:child_process";
import { cpus, release } from "node:os";
import type { Run } from "./figures.js";

/** The first line that a program says, or nothing when there is no such program. */
function firstLine(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0]?.trim();
  } catch {
    return undefined;
  }
}

export function describeRun(): Run {
  const packages = ["libdpdk-dev", "iproute2", "linux-source-6.12"];
  const versions = packages.flatMap((name) => {
    const version = firstLine("dpkg-query", "--show", "--showformat=${Version}", name);
    return version === undefined ? [] : [[name, version] as const];
  });
  return {
    kind: "run",
    time: new Date().toISOString(),
    commit: firstLine("git", "describe", "--always", "--dirty") ?? "unknown",
    kernel: release(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    processors: cpus().length,
    versions: Object.fromEntries([["node", process.versions.node], ...versions]),
  };
}
