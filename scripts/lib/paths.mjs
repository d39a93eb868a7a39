// SPDX-License-Identifier: GPL-2.0-only
// Where things are. What is built from C lives in a cache outside the checkout,
// so that a fresh clone, a second checkout and continuous integration share it.

import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const checkout = realpathSync(join(dirname(fileURLToPath(import.meta.url)), "../.."));

/** Short name of this checkout, for what two checkouts must not share. */
export const checkoutId = createHash("sha256").update(checkout).digest("hex").slice(0, 12);

export const cache =
  process.env.NUSE_CACHE ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nuse");

/** A directory below the cache, made if need be. */
export function cacheDir(...names) {
  const dir = join(cache, ...names);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** A fresh log's path: one a step and checkout, overwritten by the next run. */
export function logFile(name) {
  return join(cacheDir("log", checkoutId), `${name}.log`);
}

/** What set-up found or built, for nused and the tests. */
export const manifestFile = join(checkout, "build/setup.json");
