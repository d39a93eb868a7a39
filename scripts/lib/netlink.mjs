// SPDX-License-Identifier: GPL-2.0-only
// The kernel's netlink specifications to TypeScript.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hashFiles, unlessDone } from "./files.mjs";
import { sourcePackage, sourceTree } from "./kernel/source.mjs";
import { checkout, logFile } from "./paths.mjs";
import { logged, run } from "./run.mjs";

const generator = join(checkout, "scripts/netlink");
const overlays = join(checkout, "control/netlink/overlay");

export const generatedTables = join(checkout, "control/netlink/gen");

/** Make them if need be; the kernel's source tree that they are made from. */
export function generateNetlink(progress) {
  const source = sourcePackage();
  mkdirSync(generatedTables, { recursive: true });
  return logged(logFile("netlink"), async (log) => {
    const tree = await sourceTree(log, source, progress);
    const hash = hashFiles([generator, overlays], source.version);
    const say = await unlessDone(join(generatedTables, ".made"), hash, async () => {
      await run(log, process.execPath, [
        join(generator, "generate.mjs"), join(tree, "Documentation/netlink/specs"), overlays, generatedTables,
      ]);
      return "made";
    });
    return { say, value: tree };
  });
}
