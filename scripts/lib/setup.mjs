// SPDX-License-Identifier: GPL-2.0-only
// All that has to be there before nused runs, each step a no-op when it is.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buildAddon } from "./addon.mjs";
import { processorVariant } from "./cpu.mjs";
import { buildDataplane } from "./dataplane.mjs";
import { SetupError } from "./errors.mjs";
import { buildFuzz } from "./fuzz.mjs";
import { buildLibrary } from "./kernel/library.mjs";
import { generateNetlink } from "./netlink.mjs";
import { installModules } from "./npm.mjs";
import { installPackages } from "./packages.mjs";
import { manifestFile } from "./paths.mjs";
import { step } from "./step.mjs";
import { compileTypeScript } from "./typescript.mjs";

/**
 * Do what is missing. With `everything`, also what only the tests need: the
 * debug kernel, the sanitized build and the fuzz targets. Returns where things are.
 */
export async function setUp({ everything = false } = {}) {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new SetupError(`Node ${process.version} is too old`, "install Node 20 or later");
  }
  console.error("set-up");
  await step("packages", installPackages);
  await step("node modules", installModules);

  const libraries = {};
  for (const variant of everything ? [processorVariant(), "debug"] : [processorVariant()]) {
    libraries[variant] = await step(`kernel ${variant}`, async (progress) => {
      const { built, info, path } = await buildLibrary(variant, progress);
      return { say: `${built ? "built" : "up to date"}: Linux ${info.release}`, value: path };
    });
  }

  const dataplane = await step("dataplane", (progress) => buildDataplane({ libraries }, progress));
  const sanitized = everything
    ? await step("sanitizers", (progress) => buildDataplane({ libraries, sanitize: true }, progress))
    : undefined;
  const fuzz = everything ? await step("fuzz targets", buildFuzz) : undefined;
  await step("addon", (progress) => buildAddon(dataplane.dir, progress));
  const source = await step("netlink", generateNetlink);
  await step("typescript", compileTypeScript);

  const manifest = {
    liblinux: libraries[processorVariant()],
    libraries,
    source,
    dataplane: dataplane.dir,
    sanitized: sanitized?.dir,
    fuzz,
  };
  mkdirSync(dirname(manifestFile), { recursive: true });
  writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
