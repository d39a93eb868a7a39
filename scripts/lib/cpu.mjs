// SPDX-License-Identifier: GPL-2.0-only

import { readFileSync } from "node:fs";

const ofV3 = ["avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"];

/** The kernel variant for this processor: v3 from about 2015 on, else v2. */
export function processorVariant() {
  const line = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
  const flags = new Set(line?.[1].trim().split(/\s+/));
  return ofV3.every((flag) => flags.has(flag)) ? "v3" : "v2";
}
