// SPDX-License-Identifier: GPL-2.0-only
// A lock between processes. flock(1) holds it for as long as the pipe to its
// child is open, so it is free again however this process ends.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { SetupError } from "./errors.mjs";

/** Hold the lock file `path` while `work()` runs; `onWait` hears if another has it. */
export async function locked(path, work, onWait = () => {}) {
  const holder = spawn("flock", [path, "sh", "-c", "echo held; exec cat >/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // Ctrl-C ends us first, then the pipe closes
  });
  const ended = once(holder, "close");
  const waiting = setTimeout(onWait, 200);
  const outcome = await Promise.race([once(holder.stdout, "data"), ended]);
  clearTimeout(waiting);
  if (typeof outcome[0] === "number") throw new SetupError(`cannot lock ${path}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
