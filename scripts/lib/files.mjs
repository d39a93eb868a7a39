// SPDX-License-Identifier: GPL-2.0-only

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Every file below `dir`, in an order that is always the same. */
export function* filesBelow(dir) {
  const entries = readdirSync(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** One hash of names and contents; `paths` are files or directories. */
export function hashFiles(paths, ...more) {
  const hash = createHash("sha256").update(more.join("\n"));
  for (const path of paths) {
    if (!existsSync(path)) continue;
    for (const file of isDirectory(path) ? filesBelow(path) : [path]) {
      const text = readFileSync(file);
      hash.update(`${file} ${text.length}\n`).update(text);
    }
  }
  return hash.digest("hex");
}

function isDirectory(path) {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Run `work` unless `mark` says that it was last run with the same `hash`. */
export async function unlessDone(mark, hash, work) {
  if (existsSync(mark) && readFileSync(mark, "utf8") === hash) return "up to date";
  const say = await work();
  writeFileSync(mark, hash);
  return say;
}
