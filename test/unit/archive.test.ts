// SPDX-License-Identifier: GPL-2.0-only
// Revisions on a real file system, with a process that dies between any two
// operations on files, or in the middle of one.

import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Archive } from "../../control/revisions/archive.js";
import { ConfigFile } from "../../control/revisions/config-file.js";
import { hostFiles } from "../../control/revisions/files.js";
import type { FileOperations } from "../../control/revisions/files.js";

let dir = "";
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "nuse-test-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (files = hostFiles): Promise<Archive> => Archive.open(dir, files);

async function confirmed(archive: Archive, text: string): Promise<number> {
  const { number } = await archive.add(text, "test");
  await archive.settle(number, "confirmed");
  return number;
}

/** Files of a process that dies at its operation number `last`, having done half of it if it can be halved. */
function dying(last: number): FileOperations & { readonly over: boolean } {
  let count = 0;
  const at = async <T>(whole: () => Promise<T>, half: () => Promise<unknown> = async () => undefined): Promise<T> => {
    if (count++ < last) return whole();
    if (count === last + 1) await half();
    throw new Error("the process is dead");
  };
  return {
    ...hostFiles,
    create: (path, bytes, owner) => at(
      () => hostFiles.create(path, bytes, owner),
      () => hostFiles.create(path, bytes.subarray(0, bytes.length / 2), owner),
    ),
    rename: (from, to) => at(() => hostFiles.rename(from, to)),
    remove: (path) => at(() => hostFiles.remove(path)),
    sync: (path) => at(() => hostFiles.sync(path)),
    get over() {
      return count > last;
    },
  };
}

describe("the archive", () => {
  it("keeps text, origin, comment and state", async () => {
    const archive = await open();
    await archive.add("a: 1\n", "api", "first\nof all");
    await confirmed(archive, "a: 2\n");
    const again = await open();
    expect(again.revisions()).toEqual(archive.revisions());
    expect(again.revisions()).toMatchObject([
      { number: 2, origin: "test", comment: undefined, state: "confirmed" },
      { number: 1, origin: "api", comment: "first\nof all", state: "pending" },
    ]);
    expect(await again.text(1)).toBe("a: 1\n");
    expect(await again.text(2)).toBe("a: 2\n");
    await expect(again.text(3)).rejects.toThrow(/there is no revision 3/);
  });

  it("forgets the oldest of more than a hundred, but never the last confirmed one", async () => {
    const archive = await open();
    await confirmed(archive, "good");
    for (let count = 0; count < 120; count++) {
      const { number } = await archive.add(`bad ${count}`, "test");
      await archive.settle(number, "reverted");
    }
    expect(archive.revisions()).toHaveLength(101);
    expect(archive.revisions().at(-1)).toMatchObject({ number: 1, state: "confirmed" });
    expect((await open()).revisions()).toEqual(archive.revisions());
  });

  it("does not use a revision that was damaged, and tells", async () => {
    const archive = await open();
    await confirmed(archive, "one");
    await confirmed(archive, "two");
    const path = join(dir, "000002.confirmed.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("two", "twø"));
    const again = await open();
    expect(again.damaged).toEqual([path]);
    expect(again.revisions().map(({ number }) => number)).toEqual([1]);
    expect((await again.add("three", "test")).number).toBe(3);
  });

  it("is not disturbed by files of others", async () => {
    writeFileSync(join(dir, "README"), "");
    writeFileSync(join(dir, "1.confirmed.yaml"), "");
    expect((await open()).revisions()).toEqual([]);
  });

  it("has all of what was before, and all or nothing of the new, whenever the process dies", async () => {
    await confirmed(await open(), "before");
    let outcomes = new Set<string>();
    for (let step = 0; ; step++) {
      const files = dying(step);
      const archive = await open(files);
      const died = await archive.add(`text ${step}`, "test")
        .then(({ number }) => archive.settle(number, "confirmed"))
        .then(() => false, () => true);
      if (!died && !files.over) break;
      const after = await open();
      expect(after.damaged).toEqual([]);
      expect(await after.text(1)).toBe("before");
      const found = after.revisions().find(({ number }) => number > 1 && number === archive.revisions()[0]!.number);
      if (found) expect(await after.text(found.number)).toBe(`text ${step}`);
      outcomes = outcomes.add(found?.state ?? "absent");
      for (const { number } of after.revisions()) if (number > 1) await after.remove(number);
    }
    expect(outcomes).toContain("pending");
    expect(outcomes).toContain("confirmed");
  });
});

describe("the configuration file", () => {
  const path = (): string => join(dir, "nuse.yaml");

  it("is the old one or the new one, whenever the process dies", async () => {
    const seen = new Set<string>();
    for (let step = 0; ; step++) {
      writeFileSync(path(), "old");
      const files = dying(step);
      const died = await new ConfigFile(path(), files).prepare("new").then((draft) => draft!.commit()).then(() => false, () => true);
      if (!died) break;
      const text = readFileSync(path(), "utf8");
      expect(["old", "new"]).toContain(text);
      seen.add(text);
    }
    expect(seen.size).toBe(2);
    expect(readFileSync(path(), "utf8")).toBe("new");
  });

  it("keeps its owner and mode", async () => {
    writeFileSync(path(), "old");
    chmodSync(path(), 0o604);
    chownSync(path(), 12, 34);
    await (await new ConfigFile(path(), hostFiles).prepare("new"))!.commit();
    const { mode, uid, gid } = statSync(path());
    expect({ mode: mode & 0o7777, uid, gid, text: readFileSync(path(), "utf8") }).toEqual({ mode: 0o604, uid: 12, gid: 34, text: "new" });
    expect(readdirSync(dir)).toEqual(["nuse.yaml"]);
  });

  it("is left alone when it is right", async () => {
    writeFileSync(path(), "same");
    expect(await new ConfigFile(path(), hostFiles).prepare("same")).toBeUndefined();
  });

  it("stays what it is, and nothing beside it, when the new one is discarded", async () => {
    writeFileSync(path(), "old");
    await (await new ConfigFile(path(), hostFiles).prepare("new"))!.discard();
    expect(readdirSync(dir)).toEqual(["nuse.yaml"]);
    expect(readFileSync(path(), "utf8")).toBe("old");
  });
});
