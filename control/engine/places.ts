// SPDX-License-Identifier: GPL-2.0-only
// Where things are: in a checkout what set-up has built, else what is installed
// beside package.json.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The directory that holds package.json, wherever this file was compiled to or installed. */
export function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dir !== dirname(dir)) dir = dirname(dir);
  return dir;
}

interface Built {
  readonly liblinux: string;
  readonly dataplane: string;
}

function built(): Built | undefined {
  const manifest = join(packageRoot(), "build/setup.json");
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, "utf8")) as Built) : undefined;
}

/** The library kernel. */
export const findLibrary = (): string =>
  process.env["NUSE_LIBLINUX"] || (built()?.liblinux ?? join(packageRoot(), "liblinux.so"));

/** nuse-run, which puts programs on the stack. */
export function findRunner(): string {
  const found = built();
  return found ? join(found.dataplane, "posix/nuse-run") : join(packageRoot(), "nuse-run");
}
