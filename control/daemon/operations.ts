// SPDX-License-Identifier: GPL-2.0-only
// What may be asked of the daemon about its configuration, by the API and by
// signals. Changes wait for each other; what only looks waits for nothing.

import type { Revision } from "../revisions/revision.js";
import type { Step } from "../sections/section.js";

export type { Revision } from "../revisions/revision.js";

export interface Applied {
  readonly revision: Revision;
  readonly steps: readonly Step[];
  readonly seconds: number;
}

export interface ApplyOptions {
  /** Go back by itself after so many seconds, unless it is confirmed. */
  readonly confirmSeconds?: number | undefined;
  readonly comment?: string | undefined;
}

export interface ConfigOperations {
  /** The text of a revision; of the one in force, without a number. */
  text(revision?: number): Promise<string>;
  /** Newest first. */
  revisions(): Promise<readonly Revision[]>;
  /** Throws a NuseError with every fault of `text`. */
  check(text: string): Promise<void>;
  /** The steps that applying `text` would take now. */
  diff(text: string): Promise<readonly Step[]>;
  /** What differs in the kernels from the configuration in force: somebody changed it. */
  drift(): Promise<readonly Step[]>;
  /** All or nothing: what was stays in force if `text` cannot be applied. Drift is corrected. */
  apply(text: string, options?: ApplyOptions): Promise<Applied>;
  /** Keep what was applied with confirmSeconds. */
  confirm(): Promise<Revision>;
  /** Apply an older revision; while one is pending, without a number, the one before it. */
  rollback(revision?: number): Promise<Applied>;
  /** The revision that waits to be confirmed, and until when. */
  pending(): { readonly revision: Revision; readonly deadline: Date } | undefined;
}
