// SPDX-License-Identifier: GPL-2.0-only
// The few things that are done to files that must outlive a crash. Each is over
// and on the disk when its promise resolves; a value, so that tests can let a
// process die between any two.

import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";

/** Whose a file is, and who may read it. */
export interface Owner {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface FileOperations {
  list(dir: string): Promise<readonly string[]>;
  read(path: string): Promise<Buffer>;
  makeDirectory(path: string): Promise<void>;
  /** A file that was not there, whole. */
  create(path: string, bytes: Buffer, owner: Owner): Promise<void>;
  /** In place of `to`, at once. */
  rename(from: string, to: string): Promise<void>;
  /** Nothing is wrong if it is not there. */
  remove(path: string): Promise<void>;
  /** Put on the disk which names a directory has. */
  sync(dir: string): Promise<void>;
}

export const hostFiles: FileOperations = {
  list: (dir) => readdir(dir),
  read: (path) => readFile(path),
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true, mode: 0o750 })),

  async create(path, bytes, { mode, uid, gid }) {
    const file = await open(path, "wx", mode);
    try {
      if (uid !== undefined && gid !== undefined) await file.chown(uid, gid);
      await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },

  rename,
  remove: (path) => rm(path, { force: true }),

  async sync(dir) {
    const handle = await open(dir, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
