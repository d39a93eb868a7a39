// SPDX-License-Identifier: GPL-2.0-only
// Kernel parameters. One that the configuration no longer names gets back the
// value it had.

import { constants } from "node:os";
import { NuseError } from "../../errors.js";
import { readFile, writeFile } from "../../kernel/files.js";
import type { Kernel } from "../../kernel/kernel.js";
import type { Section, Step } from "../section.js";
import type { RunningSysctl } from "./state.js";

interface SysctlStep extends Step {
  readonly section: "sysctl";
  readonly name: string;
  readonly value: string;
  readonly was: string | undefined;
}

const path = (name: string): string => `/proc/sys/${name}`;
const normal = (text: string): string => text.trim().split(/\s+/).join(" ");

function set(name: string, value: string, was: string | undefined): SysctlStep {
  const before = was === undefined ? "" : ` (was ${was})`;
  return { section: "sysctl", phase: "sysctl", words: `set ${name} to ${value}${before}`, name, value, was };
}

export const sysctl: Section<"sysctl", SysctlStep> = {
  name: "sysctl",

  async read(kernel, wanted) {
    const found = new Map<string, RunningSysctl>();
    for (const name of new Set([...wanted.sysctls.keys(), ...kernel.originals.keys()])) {
      const value = await readSysctl(kernel, name);
      if (value !== undefined) found.set(name, { value, original: kernel.originals.get(name) });
    }
    return found;
  },

  plan({ sysctl: running }, { sysctls }) {
    const changed = [...sysctls].flatMap(([name, value]) => {
      const was = running.get(name)?.value;
      return was !== undefined && normal(was) === normal(value) ? [] : [set(name, value, was)];
    });
    const released = [...running].flatMap(([name, { value, original }]) =>
      sysctls.has(name) || original === undefined || original === value ? [] : [set(name, original, value)],
    );
    return [...changed, ...released];
  },

  async carryOut(kernel, { name, value, was }) {
    await writeFile(kernel.task, path(name), value);
    if (was !== undefined && !kernel.originals.has(name)) kernel.originals.set(name, was);
  },
};

async function readSysctl({ task }: Kernel, name: string): Promise<string | undefined> {
  try {
    return normal(await readFile(task, path(name)));
  } catch (error) {
    const absent = error instanceof NuseError && isAbsence(error.errno);
    if (!absent) throw error;
    return undefined;
  }
}

/** Not there, or there to be written only. */
const isAbsence = (errno: number | undefined): boolean =>
  errno === constants.errno.ENOENT || errno === constants.errno.EACCES;
