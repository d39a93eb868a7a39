// SPDX-License-Identifier: GPL-2.0-only
// The kernel's source: Debian's package, unpacked once a version, and for each
// checkout a tree of hard links to it in which arch/lib is the checkout's own.

import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "../errors.mjs";
import { locked } from "../lock.mjs";
import { cacheDir, checkout, checkoutId } from "../paths.mjs";
import { output, run } from "../run.mjs";

const packageName = "linux-source-6.12";
const tarball = `/usr/src/${packageName}.tar.xz`;

export const archLib = join(checkout, "dataplane/linux/arch/lib");

/** The installed package: its version, its tarball, and the time it was made. */
export function sourcePackage() {
  if (!existsSync(tarball)) {
    throw new SetupError(`${tarball} is not here`, `apt-get install ${packageName}`);
  }
  const version = output("dpkg-query", ["--show", "--showformat=${Version}", packageName]).trim();
  return { name: packageName, version, tarball, made: statSync(tarball).mtime };
}

/** The tree to build in, unpacked and linked if it is not there yet. */
export async function sourceTree(log, { name, version, tarball }, progress) {
  const trees = cacheDir("linux", version);
  return locked(
    join(trees, "lock"),
    async () => {
      const pristine = join(trees, "pristine");
      if (!existsSync(pristine)) {
        progress.note(`unpacking ${name} ${version}`);
        const partial = emptied(join(trees, "partial"));
        await run(log, "tar", ["--extract", "--xz", "--file", tarball, "--directory", partial]);
        renameSync(partial, pristine);
      }
      const tree = join(trees, checkoutId, name);
      if (!existsSync(join(tree, "arch/lib"))) {
        progress.note("linking the source tree");
        const parent = emptied(join(trees, checkoutId));
        await run(log, "cp", ["-al", join(pristine, name), parent]);
        symlinkSync(archLib, join(tree, "arch/lib"));
      }
      return tree;
    },
    () => progress.note("waiting for another set-up that unpacks the source"),
  );
}

function emptied(dir) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}

/**
 * Prove that nothing outside arch/lib differs from the package: each file in
 * the tarball against the tree, each name in the tree against the tarball, and
 * the tarball against the package's own checksum.
 */
export async function provePristine(log, { name, version, tarball }, tree) {
  const faults = [];
  const meta = /: (Mod time|Mode|Uid|Gid) differs$/;
  const parent = join(tree, "..");
  const seen = (line) => {
    if (!meta.test(line)) faults.push(line);
  };

  const damaged = output("dpkg", ["--verify", name]).trim();
  if (damaged) faults.push(`the package's own files: ${damaged}`);
  await compare(log, ["--compare", "--xz", "--file", tarball, "--directory", parent], seen);

  const known = new Set(
    output("tar", ["--list", "--xz", "--file", tarball]).split("\n").map((path) => path.replace(/\/$/, "")),
  );
  for (const path of output("find", [name], { cwd: parent }).split("\n")) {
    if (!known.has(path) && path !== `${name}/arch/lib`) faults.push(`${path}: not in the package`);
  }
  if (!lstatSync(join(tree, "arch/lib")).isSymbolicLink()) faults.push("arch/lib: not the checkout's");

  if (faults.length > 0) {
    throw new SetupError(
      `the kernel tree is not ${name} ${version}: files outside arch/lib differ:\n  ${faults.slice(0, 50).join("\n  ")}`,
      `nothing but arch/lib may change; remove ${cacheDir("linux", version)} to unpack it anew`,
    );
  }
}

/** tar --compare, whose exit status also counts differing times and owners. */
async function compare(log, args, seen) {
  let lines = 0;
  const onLine = (line) => {
    lines += 1;
    seen(line);
  };
  try {
    await run(log, "tar", args, { onLine });
  } catch (error) {
    if (lines === 0) throw error;
  }
}
