// SPDX-License-Identifier: GPL-2.0-only

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Namespace } from "../../lab/namespace.js";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import type { NativeEngine, NativeNft } from "../../control/engine/addon.js";
import { writeFile } from "../../control/kernel/files.js";
import { Task } from "../../control/kernel/task.js";

const options = { library: findLibrary(), commandLine: "", memory: 64 * 1024 * 1024 };
const adaptive = { cpu: -1, idle: "adaptive" } as const;
const table = "table inet t {\n\tchain c {\n\t\ttcp dport 22 accept\n\t}\n}\n";

let engine: NativeEngine;
let nft: NativeNft;
beforeEach(async () => {
  engine = new (loadAddon().Engine)(options);
  await engine.addWorker(adaptive);
  nft = engine.openNft(0);
});
afterEach(async () => {
  nft.close();
  await engine.removeWorker(0).catch(() => undefined);
});

describe("nft in the process", () => {
  it("speaks its own language and JSON with one worker's kernel", async () => {
    expect(await engine.addWorker(adaptive)).toBe(1);
    expect(await nft.run(table)).toEqual({ ok: true, output: "", error: "" });
    expect((await nft.run("list ruleset")).output).toBe(table);
    const json = JSON.parse((await nft.run("list tables", { json: true })).output) as { nftables: unknown[] };
    expect(json.nftables).toContainEqual({ table: { family: "inet", name: "t", handle: expect.any(Number) as number } });
    const command = JSON.stringify({ nftables: [{ add: { counter: { family: "inet", table: "t", name: "n" } } }] });
    expect((await nft.run(command, { json: true, echo: true })).output).toMatch(/"name": "n"/);
    expect((await engine.openNft(1).run("list ruleset")).output).toBe("");
    await engine.removeWorker(1);
  });

  it("changes nothing in a dry run, which the kernel judges all the same", async () => {
    expect(await nft.run(table, { dryRun: true })).toMatchObject({ ok: true });
    expect((await nft.run("list ruleset")).output).toBe("");
    const flowtable = "table inet t {\n\tflowtable f {\n\t\thook ingress priority 0\n\t\tdevices = { nowhere }\n\t}\n}\n";
    expect(await nft.run(flowtable, { dryRun: true })).toMatchObject({ ok: false, error: expect.stringMatching(/^commands:2:\d+-\d+: Error: .*No such/) as string });
  });

  it("is all or nothing: a fault on the last line changes nothing", async () => {
    await nft.run(table);
    const { ok, error } = await nft.run("flush ruleset\ntable ip u { }\ndelete chain ip u nowhere\n");
    expect(ok).toBe(false);
    expect(error).toMatch(/^commands:3:\d+-\d+: Error: .*No such file or directory/);
    expect((await nft.run("list ruleset")).output).toBe(table);
  });

  it("takes many runs at once, one after the other", async () => {
    await nft.run("table ip t {\n\tset s {\n\t\ttype inet_service\n\t}\n}\n");
    const answers = await Promise.all(Array.from({ length: 200 }, (_, port) => nft.run(`add element ip t s { ${port + 1} }`)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const { output } = await nft.run("list set ip t s");
    expect(output.match(/\d+[ ,]/g)).toHaveLength(200);
  });

  it("survives what the library cannot", async () => {
    expect((await nft.run('include "/etc/hosts"')).error).toMatch(/File not found/);
    expect((await nft.run("table ip t { chain c { ip saddr localhost accept; }; }")).error).toMatch(/Could not resolve hostname/);
    await nft.run("table ip t { chain c { }; }");
    expect(await nft.run("add rule ip t c reject with icmp 512")).toMatchObject({ ok: false, error: expect.stringMatching(/^libnftables gave up/) as string });
    expect(await nft.run("add rule ip t c meta length 1-2 ct mark set 1-3")).toMatchObject({ ok: false });
    expect(await nft.run("monitor")).toMatchObject({ ok: false });
    expect((await nft.run("{".repeat(5_000))).ok).toBe(false);
    expect((await nft.run("\u0000\u0001\ufffd")).ok).toBe(true); // what stands before the zero is nothing
    expect((await nft.run("")).ok).toBe(true);
    expect((await nft.run("{ not json", { json: true })).ok).toBe(false);
    expect((await nft.run(table)).ok).toBe(true);
  });

  it("includes files below the directory it is given, and no others", async () => {
    const directory = mkdtempSync(join(tmpdir(), "nuse-nft-"));
    try {
      mkdirSync(join(directory, "below"));
      writeFileSync(join(directory, "below/a.nft"), table);
      writeFileSync(join(directory, "secret"), "root:secret\n");
      symlinkSync(join(directory, "secret"), join(directory, "below/b.nft"));
      const including = engine.openNft(0, join(directory, "below"));
      expect(await including.run('include "a.nft"')).toMatchObject({ ok: true });
      expect((await nft.run("list ruleset")).output).toBe(table);
      for (const path of ["b.nft", "../secret", join(directory, "secret"), "*", "/etc/passwd"]) {
        const { ok, error } = await including.run(`include "${path}"`);
        expect(error, path).not.toContain("root:");
        expect(ok && path !== "*", path).toBe(false);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("does not grow", async () => {
    const cycle = async (times: number): Promise<number> => {
      for (let round = 0; round < times; round++) {
        await nft.run(table);
        await nft.run("table inet t { chain c { bad", {});
        await nft.run("list ruleset", { json: true });
        await nft.run("delete table inet t");
      }
      return process.memoryUsage.rss();
    };
    await cycle(250);
    const before = await cycle(250);
    // 4,000 runs that leak 2 kB each would be 8 MB; V8's heap moves by a few.
    expect((await cycle(1_000)) - before).toBeLessThan(6 * 1024 * 1024);
  });
});

describe("without a kernel to talk to", () => {
  it("runs are refused once the worker is removed, also those that wait", async () => {
    const runs = Array.from({ length: 50 }, () => nft.run(table).then(() => "ran", (error: Error) => error.message));
    await runs[0];
    await engine.removeWorker(0);
    const last = await runs.at(-1)!;
    expect(last).toMatch(/^ran$|the worker cannot be reached/);
    await expect(nft.run("list ruleset")).rejects.toThrow("the worker cannot be reached");
  });

  it("runs are refused once the kernel has panicked", async () => {
    const task = new Task(engine.openClient(0));
    await writeFile(task, "/proc/sysrq-trigger", "c").catch(() => undefined);
    await expect(nft.run(table)).rejects.toThrow("the worker cannot be reached");
    task.close();
  });

  it("nothing runs after close()", () => {
    nft.close();
    nft.close();
    expect(() => nft.run("list ruleset")).toThrow("it has been closed");
  });
});

describe("the host", () => {
  it("has its own netfilter, which neither sees nor changes the instance's", async () => {
    const room = new Namespace("test", "fwhost");
    try {
      room.run("nft", "add", "table", "ip", "host");
      const listing = (): string => room.run("nft", "list", "ruleset");
      const before = listing();
      const program = `
        import { createRequire } from "node:module";
        const { Engine } = createRequire(process.cwd() + "/")("./build/native/Release/nuse.node");
        const engine = new Engine(${JSON.stringify(options)});
        await engine.addWorker(${JSON.stringify(adaptive)});
        const nft = engine.openNft(0);
        await nft.run("flush ruleset");
        await nft.run(${JSON.stringify(table)});
        process.stdout.write((await nft.run("list ruleset")).output);
        process.exit(0);`;
      expect(room.run(process.execPath, "--input-type=module", "--eval", program)).toBe(table);
      expect(listing()).toBe(before);
    } finally {
      room.remove();
    }
  });
});
