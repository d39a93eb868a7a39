// SPDX-License-Identifier: GPL-2.0-only
// What a library kernel is made from, and the key that names the result.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SetupError } from "../errors.mjs";
import { filesBelow } from "../files.mjs";
import { checkout } from "../paths.mjs";
import { output } from "../run.mjs";
import { archLib } from "./source.mjs";

/** Variants, each with the configuration fragments laid over defconfig. */
export const variants = { v3: [], v2: ["v2"], debug: ["debug"] };

export function checkVariant(variant) {
  if (!Object.hasOwn(variants, variant)) {
    throw new SetupError(
      `there is no kernel variant ${variant}`,
      `variants: ${Object.keys(variants).join(", ")}`,
    );
  }
}

export const configFile = (name) => join(archLib, "configs", name);
export const fragments = (variant) => variants[variant].map((name) => configFile(`${name}.config`));

/** Arguments of every make; nothing of this machine gets into the result. */
export function makeArguments({ tree, objects, made, version }) {
  return [
    "-C", tree, "ARCH=lib", `O=${objects}`,
    "KBUILD_BUILD_USER=nuse", "KBUILD_BUILD_HOST=nuse", "KBUILD_BUILD_VERSION=1",
    `KBUILD_BUILD_TIMESTAMP=Debian ${version} (${made.toISOString().slice(0, 10)})`,
  ];
}

/** Everything a result depends on, as one hash. */
export function buildKey(variant, { version }) {
  const hash = createHash("sha256");
  hash.update(`${variant}\n${version}\n${output("gcc", ["--version"])}${output("ld", ["--version"])}`);
  const sources = [
    ...filesBelow(archLib),
    join(checkout, "dataplane/include/nuse/liblinux.h"),
    fileURLToPath(import.meta.url),
  ];
  for (const path of sources) {
    const text = readFileSync(path);
    hash.update(`${relative(checkout, path)} ${text.length}\n`).update(text);
  }
  return hash.digest("hex").slice(0, 24);
}

/** Lines of arch/lib: what a port of Linux to this machine costs. */
export function archLibLines() {
  let lines = 0;
  let files = 0;
  for (const path of filesBelow(archLib)) {
    if (path.startsWith(configFile(""))) continue;
    files += 1;
    lines += readFileSync(path, "utf8").split("\n").length - 1;
  }
  return { lines, files };
}
