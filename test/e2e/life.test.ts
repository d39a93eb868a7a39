// SPDX-License-Identifier: GPL-2.0-only

import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { ping, reachable } from "../../lab/traffic.js";
import { demoConfig, eventually, useLab } from "./lab.js";

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
    expect(await reload(demoConfig, /nothing to change/)).toMatch(/"steps":\[\]/);
  });

  it("a new address answers, and one that was taken away no longer", async () => {
    const added = demoConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,");
    await reload(added, /configuration applied/);
    expect(await reachable(lab.network.a, "10.77.1.7")).toBe(true);
    await reload(demoConfig, /configuration applied/);
    expect((await ping(lab.network.a, "10.77.1.7", 3)).received).toBe(0);
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
  });

  it("a broken file is reported at file:line:column and forwarding goes on", async () => {
    const text = await reload(demoConfig.replace("addresses:", "adresses:"), /reload failed/);
    expect(text).toMatch(/nuse\.yaml:\d+:\d+: unknown key adresses/);
    expect((await ping(lab.network.a, hosts.b.v4, 5)).received).toBe(5);
  });

  it("a change of ports is refused with what to do", async () => {
    const text = await reload(demoConfig.replace("raw:right0", "raw:left1"), /reload failed/);
    expect(text).toMatch(/ports cannot change while nused runs.*restart nused/s);
  });
});

describe("nused ends", () => {
  it("with status 0 on SIGTERM, and starts again in the same place", async () => {
    expect(await lab.nused.stop()).toBe(0);
    const again = new Nused(lab.network.router, demoConfig);
    await again.ready();
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    expect(await again.stop()).toBe(0);
  });

  it("without hurting its successor when it is killed", async () => {
    const killed = new Nused(lab.network.router, demoConfig);
    await killed.ready();
    killed.child.kill("SIGKILL");
    const next = new Nused(lab.network.router, demoConfig);
    await next.ready();
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    killed.forget();
    expect(await next.stop()).toBe(0);
  });
});
