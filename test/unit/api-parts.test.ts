// SPDX-License-Identifier: GPL-2.0-only

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createTokenCheck, readTokens } from "../../control/api/auth.js";
import { LogBook } from "../../control/api/logbook.js";
import { toProblem } from "../../control/api/problem.js";
import { linkChanges, rates } from "../../control/api/rates.js";
import type { Sample } from "../../control/api/rates.js";
import { page } from "../../control/api/stream.js";
import { fromProblem } from "../../control/cli/problem.js";
import { codes, NuseError } from "../../control/errors.js";

describe("a problem", () => {
  const error = new NuseError("config.invalid", "wrong", {
    faults: [new NuseError("config.invalid", "unknown key", { place: { file: "a.yaml", line: 2, column: 3 }, hint: "did you mean b?" })],
  });

  it("has the code, place, hint and faults of the error", () => {
    expect(toProblem(error)).toEqual({
      type: "urn:nuse:error:config.invalid", title: "Not a valid configuration", status: 422, code: "config.invalid", detail: "wrong",
      faults: [{ detail: "unknown key", place: "a.yaml:2:3", hint: "did you mean b?" }],
    });
  });

  it("becomes the same error on the other side", () => {
    const { code, faults: [fault] } = fromProblem(toProblem(error));
    expect(code).toBe("config.invalid");
    expect(fault).toMatchObject({ message: "unknown key", place: { at: "a.yaml:2:3" }, hint: "did you mean b?" });
  });

  it("does not tell what is inside of an error that nobody foresaw", () => {
    expect(JSON.stringify(toProblem(new Error("secret /etc/shadow")))).not.toMatch(/secret|shadow/);
    expect(toProblem(new Error("secret")).status).toBe(500);
  });

  it("has a status for every code", () => {
    for (const code of Object.keys(codes)) {
      const { status } = toProblem(new NuseError(code as keyof typeof codes, "x"));
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("tokens", () => {
  const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (text: string, mode = 0o600): string => {
    const path = join(dir, "token");
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const good = "0123456789abcdef0123";

  it("let in who knows one of them, and nobody else", () => {
    const allowed = createTokenCheck([good, "another-token-of-it"]);
    expect(allowed(`Bearer ${good}`)).toBe(true);
    expect(allowed("bearer another-token-of-it")).toBe(true);
    for (const header of [undefined, "", "Bearer", "Bearer ", `Basic ${good}`, good, `Bearer ${good}x`, `Bearer ${good.slice(1)}`]) {
      expect(allowed(header), header).toBe(false);
    }
  });

  it("are read a line each", async () => {
    expect(await readTokens(file(`# of the monitor\n${good}\n\n${good}2\n`))).toEqual([good, `${good}2`]);
  });

  it.each([
    ["that everybody may read", `${good}\n`, 0o644, /everybody may read/],
    ["that are short", "secret\n", 0o600, /shorter than 16/],
    ["that are not there", "# none\n", 0o600, /no token/],
  ])("%s are refused", async (_name, text, mode, expected) => {
    await expect(readTokens(file(text, mode))).rejects.toThrow(expected);
  });
});

const stats = { rxPackets: 0, txPackets: 0, rxBytes: 0, txBytes: 0, rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0 };
const port = { name: "wan0", rxFrames: 0, rxBytes: 0, rxDrops: 0, txFrames: 0, txBytes: 0, txDrops: 0 };
const sample: Sample = {
  time: 1_000,
  workers: [{ worker: 0, busySeconds: 1, frames: 100, drops: 0 }],
  ports: [port],
  interfaces: [{ name: "wan0", up: true, carrier: true, stats }],
};

describe("rates", () => {
  it("are what grew, a second", () => {
    const after: Sample = {
      time: 3_000,
      workers: [{ worker: 0, busySeconds: 2, frames: 300, drops: 4 }],
      ports: [{ ...port, rxFrames: 200, rxBytes: 25_000 }],
      interfaces: [{ name: "wan0", up: true, carrier: true, stats: { ...stats, txPackets: 10, txDropped: 2 } }],
    };
    const { seconds, workers: [worker], ports: [first], interfaces: [one] } = rates(sample, after);
    expect(seconds).toBe(2);
    expect(worker).toEqual({ worker: 0, busy: 0.5, frames: 100, drops: 2 });
    expect(first).toMatchObject({ rxFrames: 100, rxBits: 100_000, txFrames: 0 });
    expect(one).toMatchObject({ txFrames: 5, txDrops: 1 });
  });

  it("of what began anew, or is new, are 0 and never negative", () => {
    const after = { ...sample, time: 2_000, workers: [{ worker: 0, busySeconds: 0, frames: 1, drops: 0 }], ports: [{ ...port, name: "lan0", rxFrames: 9 }] };
    expect(rates(sample, after)).toMatchObject({ workers: [{ busy: 0, frames: 0 }], ports: [{ rxFrames: 0 }] });
  });
});

it("changes of links are told one by one", () => {
  const after = { ...sample, interfaces: [{ name: "wan0", up: false, carrier: false, stats }, { name: "lan0", up: true, carrier: true, stats }] };
  expect(linkChanges(sample, after)).toEqual([
    { name: "wan0", change: "down" }, { name: "wan0", change: "no carrier" }, { name: "lan0", change: "new" },
  ]);
  expect(linkChanges(after, sample)).toContainEqual({ name: "lan0", change: "gone" });
});

describe("a page of rows that come in parts", () => {
  const parts = async function* () {
    yield [0, 1, 2];
    yield [3, 4];
    yield [5, 6, 7, 8];
  };
  it.each([
    [0, 2, [0, 1], 2], [2, 3, [2, 3, 4], 5], [4, 5, [4, 5, 6, 7, 8], null], [8, 10, [8], null], [20, 5, [], null], [0, 9, [0, 1, 2, 3, 4, 5, 6, 7, 8], null],
  ])("from %i, %i rows", async (offset, limit, found, next) => {
    expect(await page(parts(), offset, limit)).toEqual({ found, next });
  });
});

describe("the log book", () => {
  it("keeps the last lines, and gives those that are grave enough", () => {
    const book = new LogBook(3);
    for (const [level, msg] of [[30, "a"], [20, "b"], [50, "c"], [30, "d"]] as const) book.write(JSON.stringify({ level, msg, time: "t" }));
    expect(book.recent(10, "trace").map(({ message }) => message)).toEqual(["b", "c", "d"]);
    expect(book.recent(10, "warn")).toEqual([{ time: "t", level: "error", message: "c" }]);
    expect(book.recent(1, "info").map(({ message }) => message)).toEqual(["d"]);
  });

  it("has the kernels' lines once, whatever nused's own level is", () => {
    const book = new LogBook();
    book.write(JSON.stringify({ level: 20, from: "kernel", worker: 1, msg: "x" }));
    book.kernelSaid(1, "x");
    expect(book.recent(10, "debug")).toMatchObject([{ level: "debug", from: "kernel", worker: 1, message: "x" }]);
  });

  it("tells who listens, until they have heard enough", () => {
    const book = new LogBook();
    const heard: string[] = [];
    const stop = book.listen(({ message }) => heard.push(message));
    book.write('{"level":30,"msg":"one"}');
    book.write("no JSON");
    stop();
    book.write('{"level":30,"msg":"two"}');
    expect(heard).toEqual(["one"]);
  });
});
