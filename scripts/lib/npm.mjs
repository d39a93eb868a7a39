// SPDX-License-Identifier: GPL-2.0-only
// npm ci, whenever the lock file is not the one that node_modules was made from.

import { join } from "node:path";
import { hashFiles, unlessDone } from "./files.mjs";
import { checkout, logFile } from "./paths.mjs";
import { logged, run } from "./run.mjs";

export function installModules(progress) {
  const hash = hashFiles([join(checkout, "package-lock.json")], process.version);
  return unlessDone(join(checkout, "node_modules/.nuse-lock"), hash, async () => {
    progress.note("npm ci");
    await logged(logFile("npm"), (log) => run(log, "npm", ["ci", "--ignore-scripts"], { cwd: checkout }));
    return "installed";
  });
}
