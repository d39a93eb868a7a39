// SPDX-License-Identifier: GPL-2.0-only
// Build one variant of the library kernel, or find it built.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { locked } from "../lock.mjs";
import { cache, cacheDir, checkoutId, logFile } from "../paths.mjs";
import { logged, run } from "../run.mjs";
import { configure } from "./config.mjs";
import { buildKey, checkVariant, makeArguments } from "./recipe.mjs";
import { storeResult } from "./result.mjs";
import { archLib, provePristine, sourcePackage, sourceTree } from "./source.mjs";

const objectsDir = (variant) => cacheDir("obj", `${checkoutId}-${variant}`);
const storeDir = (key) => join(cacheDir("liblinux"), key);

/** Where a build of `variant` happens: source tree, object tree, package. */
export async function buildPlace(log, variant, progress) {
  checkVariant(variant);
  const source = sourcePackage();
  const tree = await sourceTree(log, source, progress);
  return { ...source, variant, tree, objects: objectsDir(variant) };
}

/** Counts what make compiles, against what the last complete build compiled. */
function progressOf(progress) {
  let objects = 0;
  return (line) => {
    if (/^ {2}(CC|AS) /.test(line)) objects += 1;
    if (/^ {2}(CC|AS|LD|AR|KSYMS|OBJCOPY) /.test(line)) {
      progress.note(`${objects} objects compiled, ${line.trim().split(/\s+/).slice(1).join(" ")}`);
    }
  };
}

/**
 * make does not see that a header of arch/lib now takes the place of a generic
 * one, or no longer does: when the set of headers has changed, begin afresh.
 */
function dropStaleObjects({ objects }) {
  const list = join(objects, ".headers");
  const headers = readdirSync(join(archLib, "include"), { recursive: true }).sort().join("\n");
  if (existsSync(list) && readFileSync(list, "utf8") !== headers) {
    rmSync(objects, { recursive: true, force: true });
  }
  mkdirSync(objects, { recursive: true });
  writeFileSync(list, headers);
}

/** The library's path, and what was done for it. */
export async function buildLibrary(variant, progress) {
  checkVariant(variant);
  const found = existing(variant, sourcePackage());
  if (found) return { ...found, built: false };
  return locked(
    join(cacheDir("obj"), `${checkoutId}-${variant}.lock`),
    () => logged(logFile(`kernel-${variant}`), (log) => build(log, variant, progress)),
    () => progress.note("waiting for another build of the same kernel"),
  );
}

async function build(log, variant, progress) {
  const place = await buildPlace(log, variant, progress);
  const already = existing(variant, place);
  if (already) return { ...already, built: false };

  let key;
  do {
    // a file that changes meanwhile would be stored under the wrong key
    key = buildKey(variant, place);
    progress.note("configuring");
    dropStaleObjects(place);
    await configure(log, place);
    await run(log, "make", [...makeArguments(place), `-j${availableParallelism()}`, "vmlinux"], {
      onLine: progressOf(progress),
    });
  } while (key !== buildKey(variant, place));

  progress.note("comparing the tree with the package");
  await provePristine(log, place, place.tree);
  progress.note("splitting off the debug symbols");
  await storeResult(log, place, storeDir(key));
  return { ...stored(key), built: true };
}

const existing = (variant, source) => stored(buildKey(variant, source));

function stored(key) {
  const dir = storeDir(key);
  const path = join(dir, "liblinux.so");
  if (!existsSync(path)) return undefined;
  return { dir, path, info: JSON.parse(readFileSync(join(dir, "build-info.json"), "utf8")) };
}

/** Forget this checkout's objects; results in the store stay. */
export function cleanObjects(variant) {
  const dir = objectsDir(variant);
  rmSync(dir, { recursive: true, force: true });
  return dir.replace(`${cache}/`, "");
}
