// SPDX-License-Identifier: GPL-2.0-only
// What is installed where: from the checkout and its builds to below a prefix.

import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { filesBelow } from "./files.mjs";
import { checkout } from "./paths.mjs";

const json = (path) => JSON.parse(readFileSync(path, "utf8"));

/** All files below `from`, for the same places below `to`. */
function* tree(from, to, wanted = () => true) {
  for (const path of filesBelow(from)) {
    if (wanted(path)) yield { from: path, to: join(to, relative(from, path)) };
  }
}

/** The npm packages that run, as the lock file tells them from those that build. */
function* modules(to) {
  for (const [path, { dev, devOptional }] of Object.entries(json(join(checkout, "package-lock.json")).packages)) {
    if (path === "" || dev || devOptional) continue;
    const nested = (file) => relative(join(checkout, path), file).startsWith("node_modules/");
    yield* tree(join(checkout, path), join(to, path), (file) => !nested(file) && !/\.(?:[cm]?ts|map|md)$/.test(file));
  }
}

function* libraries({ liblinux, dataplane }, to) {
  yield { from: realpathSync(liblinux), to: join(to, "liblinux.so") };
  // Beside each other: each finds what it needs where it is itself.
  const worker = join(dataplane, "worker");
  for (const name of readdirSync(worker)) {
    if (/^libnuse-.*\.so$/.test(name)) yield { from: join(worker, name), to: join(to, name) };
  }
  yield { from: join(checkout, "build/native/Release/nuse.node"), to: join(to, "nuse.node"), runPath: { from: worker, to: "$ORIGIN" } };
}

/** Programs in C and what they look for beside themselves. */
function* programs({ dataplane }, prefix, to) {
  for (const [dir, name] of [["posix", "nuse-run"], ["cli", "nuse-engine"]]) {
    const program = join(to, name);
    yield { from: join(dataplane, dir, name), to: program, runPath: dir === "cli" ? { from: join(dataplane, "worker"), to: "$ORIGIN" } : undefined };
    yield { link: relative(join(prefix, "bin"), program), to: join(prefix, "bin", name), program };
  }
  yield { from: join(dataplane, "posix/libnuse.so"), to: join(to, "libnuse.so") };
}

function* units(prefix) {
  const from = join(checkout, "systemd");
  const fit = (text) => text.replaceAll("/usr/bin/", `${prefix}/bin/`).replaceAll("/usr/share/", `${prefix}/share/`);
  yield { from: join(from, "nused.service"), to: join(prefix, "lib/systemd/system/nused.service"), edit: fit };
  yield { from: join(from, "sysusers.conf"), to: join(prefix, "lib/sysusers.d/nuse.conf") };
  yield { from: join(from, "tmpfiles.conf"), to: join(prefix, "lib/tmpfiles.d/nuse.conf") };
}

/**
 * Every file as { from, to } or { text, to } or { link, to }; `edit` changes its
 * text, `runPath` where the loader looks for its libraries.
 */
export function* layout(prefix, manifest) {
  const lib = join(prefix, "lib/nuse");
  const doc = join(prefix, "share/doc/nuse");
  const { name, version, license, bin } = json(join(checkout, "package.json"));
  yield { text: `${JSON.stringify({ name, version, license, private: true, type: "module" })}\n`, to: join(lib, "package.json") };
  yield* tree(join(checkout, "build/js/control"), join(lib, "control"));
  yield* modules(lib);
  yield* libraries(manifest, lib);
  yield* programs(manifest, prefix, lib);
  for (const [command, script] of Object.entries(bin)) {
    const program = join(lib, relative("build/js", script));
    yield { link: relative(join(prefix, "bin"), program), to: join(prefix, "bin", command), program };
  }
  yield* units(prefix);
  yield* tree(join(checkout, "config"), join(doc, "examples"));
  yield* tree(join(checkout, "systemd/examples"), join(doc, "examples/systemd"));
  yield* tree(join(checkout, "docs"), doc);
  yield { from: join(checkout, "LICENSE"), to: join(doc, "LICENSE") };
}

/** The directories of files, deepest first. */
export function directoriesOf(paths) {
  const found = new Set();
  for (const path of paths) {
    for (let dir = dirname(path); dir !== dirname(dir); dir = dirname(dir)) found.add(dir);
  }
  return [...found].sort((a, b) => b.length - a.length);
}
