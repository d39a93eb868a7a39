// SPDX-License-Identifier: GPL-2.0-only
// bench/, control/, lab/ and test/ to JavaScript.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hashFiles, unlessDone } from "./files.mjs";
import { checkout, logFile } from "./paths.mjs";
import { logged, run } from "./run.mjs";

const sources = ["bench", "control", "lab", "test", "tsconfig.json", "package-lock.json"];

export function compileTypeScript(progress) {
  const built = join(checkout, "build/js");
  mkdirSync(built, { recursive: true });
  const hash = hashFiles(sources.map((path) => join(checkout, path)));
  return unlessDone(join(built, ".sources"), hash, async () => {
    progress.note("tsc");
    const tsc = join(checkout, "node_modules/typescript/bin/tsc");
    await logged(logFile("tsc"), (log) =>
      run(log, process.execPath, [tsc, "--project", checkout], { cwd: checkout }),
    );
    return "compiled";
  });
}
