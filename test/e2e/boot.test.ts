// SPDX-License-Identifier: GPL-2.0-only
// What nused starts with when something is wrong, and what it does when it is
// killed in the middle of things.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { get } from "../../lab/http.js";
import { createNetwork, hosts } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { SteeredNused } from "../../lab/steering.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually } from "./lab.js";

let network: Network | undefined;
const present = new Set<Nused>();
beforeAll(() => void (network = createNetwork("test", "boot")));
afterEach(async () => {
  for (const nused of present) await nused.stop("SIGKILL");
  present.clear();
});
afterAll(() => network?.remove());

function start(config: string | undefined, home?: string): Nused {
  const nused = new Nused(network!.router, config, home === undefined ? {} : { home });
  present.add(nused);
  return nused;
}

/** One that has run with `config`, so that its archive has it. */
async function grown(config: string): Promise<Nused> {
  const nused = start(config);
  await nused.ready();
  await nused.end();
  return nused;
}

const status = async (nused: Nused) =>
  JSON.parse((await get(nused.socket, "/status")).body) as { fallback?: { reason: string; revision: number }; drift: string[] };

describe("nused starts with the last good revision, and says so,", () => {
  it.each([
    ["when the file is broken", "ports: [\n", /nuse\.yaml:\d+:\d+/],
    ["when the file says nonsense", routerConfig.replace("addresses:", "adresses:"), /unknown key adresses/],
    ["when the kernel refuses it", routerConfig.replace("via: 10.77.2.2", "via: 10.77.1.255"), /the kernel refuses to/],
  ])("%s", async (_name, wrong, reason) => {
    const { home } = await grown(routerConfig);
    const nused = start(undefined, home);
    nused.configure(wrong);
    await nused.end("SIGKILL"); // before it could read the file
    const next = start(undefined, home);
    await next.ready();
    expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
    expect((await next.metrics()).get("nuse_config_fallback")).toBe(1);
    const { fallback } = await status(next);
    expect(fallback).toMatchObject({ revision: 1, reason: expect.stringMatching(reason) as string });
    expect(next.log()).toMatch(/"level":50.*cannot be used: revision 1 is in force instead/);

    next.configure(routerConfig);
    next.child.kill("SIGHUP");
    await eventually(() => status(next), ({ fallback: still }) => still === undefined);
    expect((await next.metrics()).get("nuse_config_fallback")).toBe(0);
  });

  it("when there is no file", async () => {
    const { home, configFile } = await grown(routerConfig);
    const text = readFileSync(configFile, "utf8");
    rmSync(configFile);
    const next = start(undefined, home);
    await next.ready();
    expect((await status(next)).fallback?.reason).toMatch(/cannot read/);
    writeFileSync(configFile, text);
  });
});

describe("a second nused", () => {
  it("is refused with the process of the first, which goes on", async () => {
    const first = start(routerConfig);
    await first.ready();
    expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
    const pings = ping(network!.a, hosts.b.v4, 60);
    const log = readFileSync(first.logFile, "utf8");
    const second = start(undefined, first.home); // its log replaces that of the first
    await eventually(async () => second.child.exitCode, (code) => code !== null);
    expect(second.child.exitCode).toBe(8);
    expect(second.log()).toContain(`nused runs already as process ${first.child.pid}, with the same state directory`);
    expect(log).toMatch(/ready/);
    expect((await pings).received).toBe(60);
    expect((await get(first.socket, "/healthz")).status).toBe(200);
  });

  it("with a state of its own is refused for the socket", async () => {
    const first = start(routerConfig);
    await first.ready();
    const second = start(undefined);
    writeFileSync(second.configFile, readFileSync(first.configFile));
    await second.end("SIGKILL");
    const third = start(undefined, second.home);
    await eventually(async () => third.child.exitCode, (code) => code !== null);
    expect(third.log()).toContain(`as process ${first.child.pid}, with the same socket`);
  });
});

describe("killed at any time of a change", () => {
  const variants = [routerConfig, routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,")
    .replace("198.51.100.0/24, via: 10.77.2.2", "198.51.100.0/24, via: 10.77.2.9")
    .replace("conf.all.forwarding: 1", "conf.all.forwarding: 1\n  net.ipv4.conf.all.log_martians: 1")];

  it("it starts again with the old configuration or the new one, never with some of both", async () => {
    let nused = new SteeredNused(network!.router, variants[0]);
    present.add(nused);
    const { home } = nused;
    await nused.ready();
    const texts = variants.map((variant) => nused.complete(variant));
    const seen = new Set<number>();
    for (let time = 0; time < 16; time++) {
      const was = texts.indexOf(readFileSync(nused.configFile, "utf8"));
      const confirm = time % 4 === 3 ? { confirmSeconds: 600 } : {};
      const change = nused.apply(variants[1 - was]!, confirm).then(() => nused.ask("confirm"));
      await Promise.race([change.catch(() => undefined), sleep(Math.random() * 40)]);
      await nused.end("SIGKILL");
      nused = new SteeredNused(network!.router, undefined, { home });
      present.add(nused);
      await nused.ready();
      const text = await nused.ask("text");
      const is = texts.indexOf(text);
      expect([0, 1]).toContain(is);
      seen.add(is === was ? 0 : 1);
      expect(await nused.ask("drift")).toEqual([]);
      const other = await nused.ask("diff", texts[1 - is]!);
      expect(other.length).toBeGreaterThanOrEqual(2);
      expect(await nused.ask("pending")).toBeUndefined();
      expect((await nused.ask("revisions")).filter(({ state }) => state === "pending")).toEqual([]);
    }
    expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
  }, 300_000);
});

describe("with a full disk", () => {
  const within = (state: string): string[] => [
    "unshare", "--mount", "--propagation", "private", "sh", "-c",
    `mount -t tmpfs -o size=32k,nr_inodes=64 none ${state} && exec "$@"`, "sh",
  ];

  it("a change is refused, nothing is half done, and forwarding goes on; with space again it works", async () => {
    const home = (await grown(routerConfig)).home;
    const state = join(home, "state");
    mkdirSync(state, { recursive: true });
    const nused = new SteeredNused(network!.router, undefined, { home, within: within(state) });
    present.add(nused);
    await nused.ready();
    const inside = `/proc/${nused.child.pid}/root${state}`;
    const filler = join(inside, "filler");
    const changed = routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,");
    expect(() => writeFileSync(filler, Buffer.alloc(1 << 20))).toThrow(/ENOSPC/);

    const before = await nused.ask("revisions");
    await expect(nused.apply(changed)).rejects.toThrow(/cannot keep revision 2 in .*ENOSPC/);
    expect(await nused.ask("revisions")).toEqual(before);
    expect(readFileSync(nused.configFile, "utf8")).toBe(nused.complete(routerConfig));
    expect(await nused.ask("drift")).toEqual([]);
    expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
    expect((await ping(network!.a, "10.77.1.7", 3)).received).toBe(0);

    rmSync(filler);
    expect((await nused.apply(changed)).revision.number).toBe(2);
  });
});
