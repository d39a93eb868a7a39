// SPDX-License-Identifier: GPL-2.0-only
// Every configuration that was applied, the newest hundred of them. Whenever the
// process dies, what was there is there, whole, and at most the last one is not.

import { join } from "node:path";
import { NuseError } from "../errors.js";
import type { FileOperations } from "./files.js";
import { prepareReplacement } from "./replace.js";
import { decodeRevision, encodeRevision, parseRevisionName, revisionName, sha256 } from "./revision.js";
import type { Revision, RevisionState } from "./revision.js";

const kept = 100;
const readableByGroup = { mode: 0o640 };

export class Archive {
  readonly #dir: string;
  readonly #files: FileOperations;
  /** By number, oldest first. */
  readonly #revisions = new Map<number, Revision>();
  #last = 0;
  /** Files that are no revisions any more, to be told of. */
  readonly damaged: string[] = [];

  private constructor(dir: string, files: FileOperations) {
    this.#dir = dir;
    this.#files = files;
  }

  /** Read what is in `dir`, which is made if need be. */
  static async open(dir: string, files: FileOperations): Promise<Archive> {
    const archive = new Archive(dir, files);
    try {
      await files.makeDirectory(dir);
      for (const name of [...(await files.list(dir))].sort()) await archive.#know(name);
    } catch (cause) {
      throw failure(`cannot read the revisions in ${dir}`, cause);
    }
    return archive;
  }

  async #know(name: string): Promise<void> {
    const found = parseRevisionName(name);
    if (!found) return;
    this.#last = Math.max(this.#last, found.number);
    const decoded = decodeRevision(await this.#files.read(join(this.#dir, name)));
    if (decoded) this.#revisions.set(found.number, { ...found, ...decoded.header });
    else this.damaged.push(join(this.#dir, name));
  }

  /** Newest first. */
  revisions(): readonly Revision[] {
    return [...this.#revisions.values()].reverse();
  }

  async text(number: number): Promise<string> {
    const revision = this.#find(number);
    const path = join(this.#dir, revisionName(revision));
    const bytes = await this.#files.read(path).catch((cause: unknown) => {
      throw failure(`cannot read revision ${number}`, cause);
    });
    const decoded = decodeRevision(bytes);
    if (!decoded) throw new NuseError("revision.unreadable", `${path} is damaged`);
    return decoded.text;
  }

  /** Keep one more, pending; all or nothing. */
  async add(text: string, origin: string, comment?: string): Promise<Revision> {
    const revision: Revision = {
      number: this.#last + 1, time: new Date(), origin, comment, state: "pending", sha256: sha256(text),
    };
    try {
      const path = join(this.#dir, revisionName(revision));
      const draft = await prepareReplacement(this.#files, path, encodeRevision(revision, text), readableByGroup);
      await draft.commit();
    } catch (cause) {
      throw failure(`cannot keep revision ${revision.number} in ${this.#dir}`, cause);
    }
    this.#last = revision.number;
    this.#revisions.set(revision.number, revision);
    return revision;
  }

  /** What has become of a revision. */
  async settle(number: number, state: RevisionState): Promise<Revision> {
    const was = this.#find(number);
    const is: Revision = { ...was, state };
    try {
      await this.#files.rename(join(this.#dir, revisionName(was)), join(this.#dir, revisionName(is)));
      await this.#files.sync(this.#dir);
    } catch (cause) {
      throw failure(`cannot note that revision ${number} is ${state}`, cause);
    }
    this.#revisions.set(number, is);
    await this.#forgetOldest().catch(() => undefined); // another time will do
    return is;
  }

  /** One that never was in force. */
  async remove(number: number): Promise<void> {
    await this.#files.remove(join(this.#dir, revisionName(this.#find(number))));
    this.#revisions.delete(number);
  }

  /** The newest confirmed one stays, however many were reverted since. */
  async #forgetOldest(): Promise<void> {
    const all = this.revisions();
    const good = all.find(({ state }) => state === "confirmed");
    for (const revision of all.slice(kept)) if (revision !== good) await this.remove(revision.number);
  }

  #find(number: number): Revision {
    const revision = this.#revisions.get(number);
    if (revision) return revision;
    throw new NuseError("revision.unknown", `there is no revision ${number}`, {
      hint: this.#revisions.size === 0 ? undefined : `there are ${[...this.#revisions.keys()].join(", ")}`,
    });
  }
}

function failure(what: string, cause: unknown): NuseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NuseError("revision.unreadable", `${what}: ${reason}`, { cause });
}
