// SPDX-License-Identifier: GPL-2.0-only
// From vmlinux to the files that are used: the library, its debug symbols
// beside it, and what it was made from.

import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "../errors.mjs";
import { output, run } from "../run.mjs";
import { archLibLines, makeArguments } from "./recipe.mjs";

/** Put the result of a build in `dir`, all of it or nothing. */
export async function storeResult(log, build, dir) {
  const release = output("make", ["-s", ...makeArguments(build), "kernelversion"]).trim();
  const name = `liblinux-${release}.so`;
  const partial = `${dir}.partial-${process.pid}`;
  const at = (file) => join(partial, file);
  const vmlinux = join(build.objects, "vmlinux");

  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await run(log, "objcopy", ["--only-keep-debug", "--compress-debug-sections", vmlinux, at(`${name}.debug`)]);
  await run(log, "objcopy", ["--strip-all", vmlinux, at(name)]);
  await run(log, "objcopy", [`--add-gnu-debuglink=${name}.debug`, name], { cwd: partial });
  checkLibrary(at(name));

  symlinkSync(name, at("liblinux.so"));
  symlinkSync(`${name}.debug`, at("liblinux.so.debug"));
  copyFileSync(join(build.objects, ".config"), at("config"));
  const info = {
    release,
    variant: build.variant,
    package: `linux-source-6.12 ${build.version}`,
    compiler: output("gcc", ["--version"]).split("\n")[0],
    archLib: archLibLines(),
  };
  writeFileSync(at("build-info.json"), `${JSON.stringify(info, null, 2)}\n`);
  rmSync(dir, { recursive: true, force: true });
  renameSync(partial, dir);
  return info;
}

/** The library needs nobody, and shows only what its version script names. */
function checkLibrary(path) {
  const faults = [];
  const undefinedSymbols = output("nm", ["--dynamic", "--undefined-only", path]).trim();
  if (undefinedSymbols) faults.push(`undefined symbols:\n${undefinedSymbols}`);
  const dynamic = output("readelf", ["--dynamic", "--wide", path]);
  for (const tag of ["NEEDED", "TEXTREL", "INIT", "FINI"]) {
    if (dynamic.includes(`(${tag})`)) faults.push(`a ${tag} entry in its dynamic section`);
  }
  const foreign = output("nm", ["--dynamic", "--defined-only", path])
    .split("\n")
    .map((line) => line.split(" ")[2])
    .filter((symbol) => symbol && !/^(lib_\w+@@LIBLINUX_1|LIBLINUX_1(@.*)?)$/.test(symbol));
  if (foreign.length > 0) faults.push(`it exports ${foreign.join(" ")}`);
  if (faults.length > 0) {
    throw new SetupError(`liblinux.so is not self-contained: ${faults.join("; ")}`);
  }
}
