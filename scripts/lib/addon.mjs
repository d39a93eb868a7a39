// SPDX-License-Identifier: GPL-2.0-only
// native/: the Node addon, linked to this checkout's engine.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hashFiles, unlessDone } from "./files.mjs";
import { checkout, logFile } from "./paths.mjs";
import { logged, run } from "./run.mjs";

const sources = ["native", "dataplane/include", "package-lock.json"];

/** Build it against the engine in the CMake build directory `dataplane`. */
export function buildAddon(dataplane, progress) {
  const built = join(checkout, "build/native");
  mkdirSync(built, { recursive: true });
  const hash = hashFiles(sources.map((path) => join(checkout, path)), process.version, dataplane);
  return unlessDone(join(built, ".sources"), hash, async () => {
    progress.note("cmake-js");
    const cmakeJs = join(checkout, "node_modules/cmake-js/bin/cmake-js");
    await logged(logFile("addon"), (log) =>
      run(log, process.execPath, [
        cmakeJs, "compile", "--directory", join(checkout, "native"), "--out", built,
        `--CDNUSE_ENGINE_DIR=${dataplane}`, "--config", "Release", "--parallel", "2",
      ], { cwd: checkout }),
    );
    return "built";
  });
}
