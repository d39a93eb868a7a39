// SPDX-License-Identifier: GPL-2.0-only
// Install what set-up built, or take it away again.

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { report, SetupError } from "./lib/errors.mjs";
import { directoriesOf, layout } from "./lib/layout.mjs";
import { parseOptions } from "./lib/options.mjs";
import { output } from "./lib/run.mjs";
import { setUp } from "./lib/setup.mjs";

const usage = `usage: npm run install:system [-- [--uninstall] [PREFIX]]
  Build what is out of date and install it below PREFIX (/usr). With DESTDIR in
  the environment, into that directory instead of /, as packages are made.
  --uninstall   remove what was installed there; configuration and state stay`;

const root = process.env.DESTDIR ?? "";
const at = (path) => join(root || "/", path);
const listOf = (prefix) => join(prefix, "lib/nuse/installed.txt");

function place({ from, text, link, to, edit, runPath }) {
  const path = at(to);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true }); // a program that runs keeps the one it has
  if (link) symlinkSync(link, path);
  else if (text) writeFileSync(path, text);
  else if (edit) writeFileSync(path, edit(readFileSync(from, "utf8")));
  else copyFileSync(from, path);
  if (!link) chmodSync(path, 0o644);
  if (runPath) {
    // CMake edits it as it does in its own installations.
    const script = join(dirname(path), ".runpath.cmake");
    writeFileSync(script, `file(RPATH_CHANGE FILE [[${path}]] OLD_RPATH [[${runPath.from}]] NEW_RPATH [[${runPath.to}]])\n`);
    try {
      output("cmake", ["-P", script]);
    } finally {
      rmSync(script);
    }
  }
}

function install(prefix, manifest) {
  const all = [...layout(prefix, manifest)];
  removeListed(prefix); // what is there from an older version
  all.forEach(place);
  for (const { program } of all) if (program) chmodSync(at(program), 0o755);
  writeFileSync(at(listOf(prefix)), `${all.map(({ to }) => to).join("\n")}\n`);
  console.log(`installed ${all.length} files below ${at(prefix)}`);
}

/** How many files that was. */
function removeListed(prefix) {
  const list = at(listOf(prefix));
  if (!existsSync(list)) return 0;
  const paths = [...readFileSync(list, "utf8").trim().split("\n"), listOf(prefix)];
  for (const path of paths) rmSync(at(path), { force: true });
  for (const dir of directoriesOf(paths)) {
    const path = at(dir);
    if (existsSync(path) && path !== at(prefix) && readdirSync(path).length === 0) rmdirSync(path);
  }
  return paths.length;
}

function uninstall(prefix) {
  const removed = removeListed(prefix);
  if (removed === 0) throw new SetupError(`nothing is installed below ${at(prefix)}`, usage);
  console.log(`removed ${removed} files`);
}

try {
  const { values, positionals: [prefix = "/usr", ...more] } = parseOptions(usage, {
    options: { uninstall: { type: "boolean" } }, allowPositionals: true,
  });
  if (more.length > 0 || !isAbsolute(prefix)) throw new SetupError("PREFIX is one absolute path", usage);
  if (values.uninstall) uninstall(prefix);
  else install(prefix, await setUp());
} catch (error) {
  report(error);
  process.exitCode = 1;
}
