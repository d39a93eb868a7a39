// SPDX-License-Identifier: GPL-2.0-only

import type { ConfigFile } from "../schema/file.js";

/** Dots separate the parts, as sysctl(8) has it; with slashes, dots are part of a name. */
export function buildSysctls({ sysctl = {} }: ConfigFile): Map<string, string> {
  return new Map(
    Object.entries(sysctl).map(([name, value]) => [
      name.includes("/") ? name : name.replaceAll(".", "/"),
      String(value),
    ]),
  );
}
