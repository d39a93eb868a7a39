// SPDX-License-Identifier: GPL-2.0-only
// Replace a file in two steps: all that can fail for want of space is done in
// the first, and the second is one rename.

import { basename, dirname, join } from "node:path";
import type { FileOperations, Owner } from "./files.js";

export interface Replacement {
  /** The file has the new text from now on, and after a crash. */
  commit(): Promise<void>;
  /** Forget it; the file stays as it is. */
  discard(): Promise<void>;
}

const suffix = ".new";

/** Beside the file, so that the rename is within one file system. */
const draftOf = (path: string): string => join(dirname(path), `.${basename(path)}${suffix}`);

/** Write what `path` shall become. One replacement of a file at a time. */
export async function prepareReplacement(
  files: FileOperations, path: string, bytes: Buffer, owner: Owner,
): Promise<Replacement> {
  const draft = draftOf(path);
  const discard = (): Promise<void> => files.remove(draft);
  await discard(); // of a process that was killed
  try {
    await files.create(draft, bytes, owner);
  } catch (error) {
    await discard().catch(() => undefined);
    throw error;
  }
  return {
    discard,
    async commit() {
      await files.rename(draft, path);
      await files.sync(dirname(path));
    },
  };
}
