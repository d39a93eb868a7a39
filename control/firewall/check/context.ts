// SPDX-License-Identifier: GPL-2.0-only

import type { Refuse } from "../../config/build/context.js";
import type { Path } from "../../config/document.js";
import type { Place } from "../../errors.js";
import type { FileSet } from "../schema/firewall.js";

/** What the checks of one configuration have in common. */
export interface Context {
  readonly refuse: Refuse;
  readonly place: (path: Path) => Place;
  /** Interfaces that the configuration speaks of. */
  readonly interfaces: ReadonlySet<string>;
  readonly zones: ReadonlyMap<string, readonly string[]>;
  readonly sets: ReadonlyMap<string, FileSet>;
}

export const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];
