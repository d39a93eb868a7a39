// SPDX-License-Identifier: GPL-2.0-only
// The configuration file, which an operator edits and nused replaces.

import { realpath, stat } from "node:fs/promises";
import { readText } from "../config/load.js";
import { NuseError } from "../errors.js";
import type { FileOperations, Owner } from "./files.js";
import { prepareReplacement } from "./replace.js";
import type { Replacement } from "./replace.js";

export class ConfigFile {
  readonly path: string;
  readonly #files: FileOperations;

  constructor(path: string, files: FileOperations) {
    this.path = path;
    this.#files = files;
  }

  text(): Promise<string> {
    return readText(this.path);
  }

  /** Make ready what the file shall become; undefined if it is that already. */
  async prepare(text: string): Promise<Replacement | undefined> {
    if ((await this.text().catch(() => undefined)) === text) return undefined;
    try {
      // A symbolic link stays, and what it leads to is replaced.
      const path = await realpath(this.path).catch(() => this.path);
      return await prepareReplacement(this.#files, path, Buffer.from(text), await ownerOf(path));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new NuseError("config.unwritable", `cannot write ${this.path}: ${reason}`, {
        hint: "the file and its directory must belong to the user that nused runs as, and have space",
        cause,
      });
    }
  }
}

const forNewFiles: Owner = { mode: 0o640 };

async function ownerOf(path: string): Promise<Owner> {
  const found = await stat(path).catch(() => undefined);
  return found ? { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid } : forNewFiles;
}
