// SPDX-License-Identifier: GPL-2.0-only

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/model.js";
import { NuseError } from "../errors.js";

/** What is fixed when the kernel boots cannot change under it. */
const fixed = { workers: "workers", ports: "ports", listen: "api", logLevel: "log" } as const;

/** Throws if the step from `now` to `next` takes more than a reload. */
export function checkReload(now: Config, next: Config, file: string): void {
  const changed = (Object.keys(fixed) as (keyof typeof fixed)[])
    .filter((key) => !isDeepStrictEqual(now[key], next[key]))
    .map((key) => fixed[key]);
  if (changed.length > 0) {
    throw new NuseError("config.needs-restart", `${file}: ${changed.join(", ")} cannot change while nused runs`, {
      hint: "restart nused",
    });
  }
}
