// SPDX-License-Identifier: GPL-2.0-only
// The kernel's .config: defconfig with a variant's fragments over it.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "../errors.mjs";
import { interactive, run } from "../run.mjs";
import { configFile, fragments, makeArguments } from "./recipe.mjs";

/** Make .config, unless it already is what its sources say. */
export async function configure(log, build) {
  const { tree, objects, variant } = build;
  const sources = [configFile("defconfig"), ...fragments(variant)];
  const hash = createHash("sha256").update(tree);
  for (const path of sources) hash.update(readFileSync(path));
  const wanted = hash.digest("hex");
  const mark = join(objects, ".nuse-config");
  const config = join(objects, ".config");
  if (existsSync(config) && existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;

  await run(log, "make", [...makeArguments(build), "defconfig"]);
  if (fragments(variant).length > 0) {
    const merge = join(tree, "scripts/kconfig/merge_config.sh");
    await run(log, merge, ["-m", "-O", objects, config, ...fragments(variant)]);
  }
  await run(log, "make", [...makeArguments(build), "olddefconfig"]);
  checkConfig(config, sources, log);
  writeFileSync(mark, wanted);
}

const setting = /^(?:(CONFIG_\w+)=(.*)|# (CONFIG_\w+) is not set)$/;

function settings(path) {
  const found = new Map();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = setting.exec(line);
    if (match) found.set(match[1] ?? match[3], match[2] ?? "n");
  }
  return found;
}

/** Kconfig drops silently what it cannot grant: say so, and stop for the important ones. */
function checkConfig(config, sources, log) {
  const granted = settings(config);
  const wanted = new Map(sources.flatMap((path) => [...settings(path)]));
  const lost = [...wanted].filter(([name, value]) => (granted.get(name) ?? "n") !== value);
  for (const [name, value] of lost) log.write(`not granted: ${name}=${value}\n`);
  if (lost.length > 0) {
    throw new SetupError(
      `the kernel's configuration does not grant:\n  ${lost.map(([n, v]) => `${n}=${v}`).join("\n  ")}`,
      "a dependency is missing, or the option is gone from this kernel: correct arch/lib/configs",
    );
  }
}

/** An interactive configuration target; what it chose becomes the defconfig. */
export function editConfig(build, target) {
  const status = interactive("make", [...makeArguments(build), target]);
  if (status !== 0) throw new SetupError(`make ${target} ended with ${status}`);
  saveConfig(build);
}

/** Write the smallest configuration that gives .config back to arch/lib/configs. */
export function saveConfig(build) {
  if (fragments(build.variant).length > 0) {
    throw new SetupError(
      `the ${build.variant} variant is defconfig plus ${fragments(build.variant).join(" ")}`,
      "edit that file by hand, or save the v3 variant",
    );
  }
  const status = interactive("make", [...makeArguments(build), "savedefconfig"], {
    stdio: ["inherit", "ignore", "inherit"],
  });
  if (status !== 0) throw new SetupError(`make savedefconfig ended with ${status}`);
  copyFileSync(join(build.objects, "defconfig"), configFile("defconfig"));
}
