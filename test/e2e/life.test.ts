// SPDX-License-Identifier: GPL-2.0-only

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually, useLab } from "./lab.js";

const lab = useLab("life");

/** Reload and wait until an application with the log line `expected` is over. */
async function reload(config: string, expected: RegExp): Promise<string> {
  const before = lab.nused.log().length;
  lab.nused.configure(config);
  lab.nused.child.kill("SIGHUP");
  return eventually(async () => lab.nused.log().slice(before), (text) => expected.test(text));
}

describe("on SIGHUP", () => {
  it("a configuration that is the same changes nothing", async () => {
    expect(await reload(routerConfig, /nothing to change/)).toMatch(/"steps":\[\]/);
  });

  it("a new address answers, and one that was taken away no longer", async () => {
    const added = routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,");
    await reload(added, /configuration applied/);
    expect(await reachable(lab.network.a, "10.77.1.7")).toBe(true);
    await reload(routerConfig, /configuration applied/);
    expect((await ping(lab.network.a, "10.77.1.7", 3)).received).toBe(0);
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
  });

  it("a broken file is reported at file:line:column and forwarding goes on", async () => {
    const text = await reload(routerConfig.replace("addresses:", "adresses:"), /reload failed/);
    expect(text).toMatch(/nuse\.yaml:\d+:\d+: unknown key adresses/);
    expect((await ping(lab.network.a, hosts.b.v4, 5)).received).toBe(5);
  });

  it("what cannot change while nused runs is refused with what to do", async () => {
    const text = await reload(routerConfig.replace("memory: 256M", "memory: 128M"), /reload failed/);
    expect(text).toMatch(/workers.memory cannot change while nused runs.*restart nused/s);
  });

  it("a change that the kernel refuses in the middle is taken back, and forwarding goes on", async () => {
    const refused = routerConfig
      .replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,")
      .replace("via: 10.77.2.2", "via: 10.77.1.255"); // a broadcast address
    const text = await reload(refused, /reload failed/);
    expect(text).toMatch(/the configuration before it is in force again/);
    expect((await ping(lab.network.a, "10.77.1.7", 3)).received).toBe(0);
    expect((await ping(lab.network.a, hosts.b.v4, 5)).received).toBe(5);
    expect(await reload(routerConfig, /nothing to change/)).toMatch(/"steps":\[\]/);
  });
});

describe("signals while it starts", () => {
  it.each([["SIGHUP", /nothing to change/], ["SIGTERM", /stopping/]] as const)("%s is heeded when it has started", async (signal, expected) => {
    await lab.nused.end();
    const next = new Nused(lab.network.router, undefined, { home: lab.nused.home });
    try {
      // As soon as it has a handler, which is long before it is ready.
      await eventually(async () => /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${next.child.pid}/status`, "utf8"))?.[1] ?? "0",
        (caught) => (BigInt(`0x${caught}`) & 1n) === 1n);
      next.child.kill(signal);
      expect(await eventually(async () => next.log(), (text) => expected.test(text))).toMatch(expected);
      expect(await next.end()).toBe(0);
    } finally {
      await next.end("SIGKILL");
    }
  });
});

describe("nused ends", () => {
  it("with status 0 on SIGTERM, and starts again in the same place", async () => {
    for (let time = 0; time < 2; time++) {
      const nused = new Nused(lab.network.router, undefined, { home: lab.nused.home });
      await nused.ready();
      expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
      expect(await nused.end()).toBe(0);
    }
  });

  it("without hurting its successor when it is killed", async () => {
    const killed = new Nused(lab.network.router, routerConfig);
    await killed.ready();
    killed.child.kill("SIGKILL");
    const next = new Nused(lab.network.router, routerConfig);
    await next.ready();
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    killed.forget();
    expect(await next.stop()).toBe(0);
  });
});
