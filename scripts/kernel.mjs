// SPDX-License-Identifier: GPL-2.0-only
// The library kernel: built, configured, proved. See usage below.

import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupError, report } from "./lib/errors.mjs";
import { configure, editConfig, saveConfig } from "./lib/kernel/config.mjs";
import { buildLibrary, buildPlace, cleanObjects } from "./lib/kernel/library.mjs";
import { variants } from "./lib/kernel/recipe.mjs";
import { provePristine } from "./lib/kernel/source.mjs";
import { parseOptions } from "./lib/options.mjs";
import { checkout, logFile } from "./lib/paths.mjs";
import { logged, run } from "./lib/run.mjs";
import { step } from "./lib/step.mjs";

const usage = `usage: node scripts/kernel.mjs [COMMAND] [--variant NAME] [--output DIR]
  library       build liblinux.so and print its path last; the default
                --output DIR: links to it there
  menuconfig, nconfig, olddefconfig, savedefconfig
                change arch/lib/configs/defconfig
  prove         compare the tree with the package
  table         write the tables of docs/kernel-config.md; check-table compares
  clean         remove the object files
  variants      ${Object.keys(variants).join(", ")}; v3 if not said`;

let values, variant;

/** Names in `dir` that lead to the result, as `make library` gives them. */
function link(dir, result) {
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(result.dir).filter((file) => file.startsWith("liblinux"))) {
    rmSync(join(dir, name), { force: true });
    symlinkSync(join(result.dir, name), join(dir, name));
  }
  return join(dir, "liblinux.so");
}

async function library() {
  const result = await step(`kernel ${variant}`, async (progress) => {
    const made = await buildLibrary(variant, progress);
    return { say: describe(made), value: made };
  });
  const { archLib } = result.info;
  console.error(`  arch/lib: ${archLib.lines} lines in ${archLib.files} files; nothing else of Linux is changed`);
  console.log(values.output ? link(resolve(values.output), result) : result.path);
}

const describe = ({ built, info }) => `${built ? "built" : "up to date"}: Linux ${info.release}`;

/** Run `work(log, place)` in this checkout's tree of the variant. */
async function inPlace(name, work) {
  await step(name, (progress) =>
    logged(logFile(`kernel-${name}-${variant}`), async (log) => {
      const place = await buildPlace(log, variant, progress);
      return work(log, place);
    }),
  );
}

function edit(target) {
  return inPlace(target, async (log, place) => {
    await configure(log, place);
    editConfig(place, target);
    return "saved as arch/lib/configs/defconfig";
  });
}

/** Write docs/kernel-config.md's tables from the built library's configuration, or check them. */
function table(name, option, say) {
  return inPlace(name, async (log, place) => {
    const { dir } = await buildLibrary(variant, { note: () => {} });
    await run(log, process.execPath, [
      join(checkout, "dataplane/linux/config-table.mjs"), place.tree, join(dir, "config"),
      option, join(checkout, "docs/kernel-config.md"),
    ]);
    return say;
  });
}

const commands = {
  library,
  menuconfig: () => edit("menuconfig"),
  nconfig: () => edit("nconfig"),
  olddefconfig: () => inPlace("olddefconfig", async (log, place) => void (await configure(log, place))),
  savedefconfig: () =>
    inPlace("savedefconfig", async (log, place) => {
      await configure(log, place);
      saveConfig(place);
      return "saved as arch/lib/configs/defconfig";
    }),
  prove: () =>
    inPlace("prove", async (log, place) => {
      await provePristine(log, place, place.tree);
      return `nothing outside arch/lib differs from ${place.name} ${place.version}`;
    }),
  table: () => table("table", "--write", "docs/kernel-config.md is written"),
  "check-table": () => table("check-table", "--check", "docs/kernel-config.md says what is built"),
  clean: () => console.error(`  removed ${cleanObjects(variant)}`),
};

try {
  const parsed = parseOptions(usage, {
    allowPositionals: true,
    options: { variant: { type: "string", default: "v3" }, output: { type: "string" } },
  });
  const [command = "library"] = parsed.positionals;
  ({ values } = parsed);
  ({ variant } = values);
  if (!Object.hasOwn(commands, command)) throw new SetupError(`no command ${command}`, usage);
  await commands[command]();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
