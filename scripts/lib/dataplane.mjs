// SPDX-License-Identifier: GPL-2.0-only
// The C side: libnuse-engine.so, its tests and its bench programs, by CMake.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { processorVariant } from "./cpu.mjs";
import { hashFiles, unlessDone } from "./files.mjs";
import { cacheDir, checkout, checkoutId, logFile } from "./paths.mjs";
import { logged, run } from "./run.mjs";

const sources = ["include", "cli", "host", "worker", "port", "test", "CMakeLists.txt"];

/**
 * Build in a directory of this checkout's own. `libraries` maps a kernel
 * variant to its liblinux.so; `sanitize` asks for address and
 * undefined-behaviour checks of the host side.
 */
export async function buildDataplane({ libraries, sanitize = false }, progress) {
  const source = join(checkout, "dataplane");
  const name = sanitize ? "dataplane-sanitize" : "dataplane";
  const dir = cacheDir(name, checkoutId);
  const options = [
    `-DCMAKE_BUILD_TYPE=${sanitize ? "Debug" : "Release"}`,
    `-DNUSE_LIBLINUX=${libraries[processorVariant()]}`,
    `-DNUSE_SANITIZE=${sanitize ? "ON" : "OFF"}`,
    ...Object.entries(libraries).map(
      ([variant, path]) => `-DNUSE_LIBLINUX_${variant.toUpperCase()}=${path}`,
    ),
  ];
  const inputs = [...sources.map((path) => join(source, path)), ...["kernel", "life", "ports"].map((suite) => join(checkout, "bench", suite))];
  const hash = hashFiles(inputs, ...options);
  const say = await unlessDone(join(dir, ".sources"), hash, () =>
    logged(logFile(name), async (log) => {
      progress.note("configuring");
      await run(log, "cmake", ["-S", source, "-B", dir, ...options]);
      await run(log, "cmake", ["--build", dir, "--parallel", String(availableParallelism())], {
        onLine: (line) => {
          const percent = /^\[ *(\d+%)\] (.*)/.exec(line);
          if (percent) progress.note(`${percent[1]} ${percent[2]}`);
        },
      });
      return "built";
    }),
  );
  return { say, value: { dir } };
}

