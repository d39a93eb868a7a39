// SPDX-License-Identifier: GPL-2.0-only

import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadAddon } from "../../control/engine/addon.js";
import { findLibrary } from "../../control/engine/places.js";
import type { NativeEngine } from "../../control/engine/addon.js";
import { nr } from "../../control/kernel/syscalls.js";

const options = { library: findLibrary(), commandLine: "", memory: 64 * 1024 * 1024 };
const adaptive = { cpu: -1, idle: "adaptive" } as const;
const inet = 2;
const datagram = 2;

let engine: NativeEngine;
beforeEach(async () => {
  engine = new (loadAddon().Engine)(options);
  await engine.addWorker(adaptive);
});
afterEach(() => engine.removeWorker(0).catch(() => undefined));

/** A client with a socket that nothing is sent to, and a receive that waits on it. */
async function receiving() {
  const client = engine.openClient(0);
  const fd = await client.call(nr.socket, inet, datagram, 0);
  const received = client.call(nr.recvfrom, fd, Buffer.alloc(16), 16, 0, null, null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { client, received };
}

describe("a client of the engine", () => {
  it("waits in the kernel without holding up the event loop or other clients", async () => {
    const { client, received } = await receiving();
    const other = engine.openClient(0);
    expect(await other.call(nr.socket, inet, datagram, 0)).toBeGreaterThanOrEqual(0);
    other.close();
    client.close();
    expect([-constants.errno.EINTR, -constants.errno.ECANCELED]).toContain(await received);
  });

  it("gets ESHUTDOWN when its worker is removed", async () => {
    const { client, received } = await receiving();
    await engine.removeWorker(0);
    expect(await received).toBe(-108);
    client.close();
  });

  it("gets an errno number for a bad pointer and a bad call, and goes on", async () => {
    const client = engine.openClient(0);
    const fd = await client.call(nr.socket, inet, datagram, 0);
    expect(await client.call(nr.bind, fd, 4096n, 16)).toBe(-constants.errno.EFAULT);
    expect(await client.call(99999)).toBe(-constants.errno.ENOSYS);
    expect(await client.call(nr.close, fd)).toBe(0);
    client.close();
  });

  it("answers ECANCELED when it is closed", async () => {
    const client = engine.openClient(0);
    client.close();
    client.close();
    expect(await client.call(nr.close, 0)).toBe(-constants.errno.ECANCELED);
  });
});

describe("the engine", () => {
  it("boots a worker anew after it was removed", async () => {
    await engine.removeWorker(0);
    expect(await engine.addWorker(adaptive)).toBe(0);
    const client = engine.openClient(0);
    expect(await client.call(nr.socket, inet, datagram, 0)).toBeGreaterThanOrEqual(0);
    client.close();
  });

  it("has workers that know nothing of each other", async () => {
    expect(await engine.addWorker(adaptive)).toBe(1);
    const [client, orphan] = [engine.openClient(0), engine.openClient(1)];
    await engine.addPort("eth0", "pipe:alone", 1, [1]);
    await engine.removeWorker(1);
    expect(await orphan.call(nr.socket, inet, datagram, 0)).toBe(-constants.errno.ENOENT);
    expect(await client.call(nr.socket, inet, datagram, 0)).toBeGreaterThanOrEqual(0);
    client.close();
    orphan.close();
  });

  it("says which port or worker it cannot find", async () => {
    await expect(engine.addPort("eth0", "pipe:alone", 1, [0, 5])).rejects.toThrow("no worker 5 for port eth0");
    await expect(engine.sharePort("eth0", 0)).rejects.toThrow("no port eth0");
    expect(() => engine.counters(3)).toThrow(/No such file/);
  });

  it("shows a worker's counters while it runs", async () => {
    const turns = (): bigint => {
      const { names, values } = engine.counters(0);
      return values[names.indexOf("turns")]!;
    };
    const before = turns();
    // Without work it turns when a timer of the kernel is due, about twice a second.
    await vi.waitFor(() => expect(turns()).toBeGreaterThan(before), 20_000);
  });

  it("keeps the kernel's log for who asks", () => {
    expect(engine.readLog(0)).toMatch(/Linux version 6\.12\./);
    expect(engine.panic(0)).toBeNull();
  });
});

it.each([
  ["with a call that waits", "void client.call(45, fd, Buffer.alloc(9), 9, 0, null, null); await later(); process.exit(0)"],
  ["with everything left open", "await later(); engine.readLog(0)"],
])("node exits cleanly %s", (_name, end) => {
  const addon = "build/native/Release/nuse.node";
  const program = `
    import { createRequire } from "node:module";
    const { Engine } = createRequire(process.cwd() + "/")("./${addon}");
    const later = () => new Promise((resolve) => setTimeout(resolve, 50));
    const engine = new Engine(${JSON.stringify(options)});
    await engine.addWorker(${JSON.stringify(adaptive)});
    const client = engine.openClient(0);
    const fd = await client.call(41, 2, 2, 0);
    ${end};`;
  const { status, signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8", timeout: 20_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
});
