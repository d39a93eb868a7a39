// SPDX-License-Identifier: GPL-2.0-only

import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findLibrary, loadAddon } from "../../control/engine/addon.js";
import type { NativeEngine } from "../../control/engine/addon.js";
import { nr } from "../../control/kernel/syscalls.js";

const options = {
  library: findLibrary(), commandLine: "", memory: 64 * 1024 * 1024, cpu: -1, idle: "adaptive",
} as const;
const inet = 2;
const datagram = 2;

let engine: NativeEngine;
beforeEach(async () => {
  engine = new (loadAddon().Engine)(options);
  await engine.start();
});
afterEach(() => engine.stop());

/** A client with a socket that nothing is sent to, and a receive that waits on it. */
async function receiving() {
  const client = engine.openClient();
  const fd = await client.call(nr.socket, inet, datagram, 0);
  const received = client.call(nr.recvfrom, fd, Buffer.alloc(16), 16, 0, null, null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { client, received };
}

describe("a client of the engine", () => {
  it("waits in the kernel without holding up the event loop or other clients", async () => {
    const { client, received } = await receiving();
    const other = engine.openClient();
    expect(await other.call(nr.socket, inet, datagram, 0)).toBeGreaterThanOrEqual(0);
    other.close();
    client.close();
    expect([-constants.errno.EINTR, -constants.errno.ECANCELED]).toContain(await received);
  });

  it("gets ESHUTDOWN when the engine stops under it", async () => {
    const { client, received } = await receiving();
    await engine.stop();
    expect(await received).toBe(-108);
    client.close();
  });

  it("gets an errno number for a bad pointer and a bad call, and goes on", async () => {
    const client = engine.openClient();
    const fd = await client.call(nr.socket, inet, datagram, 0);
    expect(await client.call(nr.bind, fd, 4096n, 16)).toBe(-constants.errno.EFAULT);
    expect(await client.call(99999)).toBe(-constants.errno.ENOSYS);
    expect(await client.call(nr.close, fd)).toBe(0);
    client.close();
  });

  it("answers ECANCELED when it is closed", async () => {
    const client = engine.openClient();
    client.close();
    client.close();
    expect(await client.call(nr.close, 0)).toBe(-constants.errno.ECANCELED);
  });
});

describe("the engine", () => {
  it("starts again after it was stopped", async () => {
    await engine.stop();
    await engine.start();
    const client = engine.openClient();
    expect(await client.call(nr.socket, inet, datagram, 0)).toBeGreaterThanOrEqual(0);
    client.close();
  });

  it("shows its counters while it runs, in the same memory each time", async () => {
    const { names, values } = engine.counters();
    const turns = names.indexOf("turns");
    const before = values[turns]!;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(values[turns]).toBeGreaterThan(before);
    expect(engine.counters().values).toBe(values);
  });

  it("keeps the kernel's log for who asks", () => {
    expect(engine.readLog()).toMatch(/Linux version 6\.12\./);
    expect(engine.panic()).toBeNull();
  });
});

it.each([
  ["with a call that waits", "void client.call(45, fd, Buffer.alloc(9), 9, 0, null, null); await later(); process.exit(0)"],
  ["with everything left open", "await later(); engine.readLog()"],
])("node exits cleanly %s", (_name, end) => {
  const addon = "build/native/Release/nuse.node";
  const program = `
    import { createRequire } from "node:module";
    const { Engine } = createRequire(process.cwd() + "/")("./${addon}");
    const later = () => new Promise((resolve) => setTimeout(resolve, 50));
    const engine = new Engine(${JSON.stringify(options)});
    await engine.start();
    const client = engine.openClient();
    const fd = await client.call(41, 2, 2, 0);
    ${end};`;
  const { status, signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8", timeout: 20_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
});
