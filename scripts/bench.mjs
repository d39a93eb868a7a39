// SPDX-License-Identifier: GPL-2.0-only
// npm run bench: the benchmarks of bench/kernel, with what set-up built.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupError, report } from "./lib/errors.mjs";
import { interactive } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

try {
  const { dataplane, liblinux } = await setUp();
  const program = [join(dataplane, "bench/kernel/bench-kernel"), join(dataplane, "bench-kernel")].find(
    (path) => existsSync(path),
  );
  if (!program) throw new SetupError(`there is no bench-kernel in ${dataplane}`);
  process.exitCode = interactive(program, process.argv.slice(2), {
    env: { ...process.env, NUSE_LIBLINUX: liblinux },
  });
} catch (error) {
  report(error);
  process.exitCode = 1;
}
