// SPDX-License-Identifier: GPL-2.0-only

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/model.js";
import { NuseError } from "../errors.js";

/** What is fixed when nused starts, by the names that the file has for it. */
const fixed: Readonly<Record<string, (config: Config) => unknown>> = {
  "workers.memory": ({ workers }) => workers.memory,
  "workers.idle": ({ workers }) => workers.idle,
  "api": ({ api }) => api,
  "programs": ({ programs }) => programs,
  "state": ({ state }) => state,
};

/** Throws if the step from `now` to `next` takes more than a reload. */
export function checkReload(now: Config, next: Config, file: string): void {
  const changed = Object.keys(fixed).filter((name) => !isDeepStrictEqual(fixed[name]!(now), fixed[name]!(next)));
  if (changed.length > 0) {
    throw new NuseError("config.needs-restart", `${file}: ${changed.join(", ")} cannot change while nused runs`, {
      hint: "put it into the file and restart nused",
    });
  }
}
