// SPDX-License-Identifier: GPL-2.0-only
// One nused a state directory and a socket: both have a lock file, which the
// kernel of the host releases however nused ends.

import { closeSync, ftruncateSync, mkdirSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Addon } from "../engine/addon.js";
import { NuseError } from "../errors.js";

/** Held until it is released, or the process ends. */
export interface Lock {
  release(): void;
}

/** Lock the file `path` for what is called `what`; an error names who has it. */
export function takeLock(addon: Addon, path: string, what: string): Lock {
  const fd = open(addon, path, what);
  if (fd < 0) {
    const pid = readFileSync(path, "utf8").trim();
    throw new NuseError("daemon.running", `nused runs already${pid ? ` as process ${pid}` : ""}, with the same ${what}`, {
      hint: `stop it, or give each nused its own: api.listen and state (${path} is locked)`,
    });
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return { release: () => closeSync(fd) };
}

function open(addon: Addon, path: string, what: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return addon.lock(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("daemon.running", `cannot lock ${path} for the ${what}: ${reason}`, { cause });
  }
}
