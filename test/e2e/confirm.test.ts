// SPDX-License-Identifier: GPL-2.0-only
// Changes over the daemon's own interface, those to be confirmed above all.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork, hosts } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { SteeredNused } from "../../lab/steering.js";
import { ping, reachable } from "../../lab/traffic.js";
import { routerConfig, eventually } from "./lab.js";

const extra = "10.77.1.7";
const changed = routerConfig.replace("10.77.1.1/24,", `10.77.1.1/24, ${extra}/24,`);
const never = 600;

let network: Network | undefined;
let nused: SteeredNused | undefined;
const the = () => ({ network: network!, nused: nused! });

beforeAll(async () => {
  network = createNetwork("test", "confirm");
  nused = new SteeredNused(network.router, routerConfig);
  await nused.ready();
  expect(await reachable(network.a, hosts.b.v4)).toBe(true);
});
afterAll(async () => {
  await nused?.stop();
  network?.remove();
});

const file = (): string => readFileSync(the().nused.configFile, "utf8");
const answers = async (address: string): Promise<boolean> => (await ping(the().network.a, address, 3)).received > 0;

/** nused in the place of one that has ended. */
async function restart(): Promise<void> {
  nused = new SteeredNused(the().network.router, undefined, { home: the().nused.home });
  await nused.ready();
}

describe("a change", () => {
  it("is in force, in the file and in the archive at once", async () => {
    const { revision, steps } = await the().nused.apply(changed, { comment: "one more address" });
    expect(steps.map(({ words }) => words)).toEqual([`add ${extra}/24 to left`]);
    expect(revision).toMatchObject({ origin: "api", comment: "one more address", state: "confirmed" });
    expect(file()).toBe(the().nused.complete(changed));
    expect(await the().nused.ask("text")).toBe(file());
    expect(await answers(extra)).toBe(true);
  });

  it("is shown before it is made, and then not made", async () => {
    const steps = await the().nused.ask("diff", the().nused.complete(routerConfig));
    expect(steps.map(({ words }) => words)).toEqual([`delete ${extra}/24 from left`]);
    expect(steps[0]!.loss).toMatch(/no longer answers/);
    expect(await answers(extra)).toBe(true);
  });

  it("is rolled back to the revision before, or to any", async () => {
    expect((await the().nused.ask("rollback")).revision.origin).toBe("rollback to 1");
    expect(file()).toBe(the().nused.complete(routerConfig));
    expect(await answers(extra)).toBe(false);
    await the().nused.ask("rollback", 2);
    expect(await answers(extra)).toBe(true);
    await the().nused.ask("rollback", 1);
    await expect(the().nused.ask("rollback", 77)).rejects.toThrow(/there is no revision 77/);
  });

  it("that is wrong is refused with all that is wrong in it", async () => {
    const wrong = the().nused.complete(routerConfig.replace("10.77.1.1/24", "10.77.1.1/99").replace("to: 198.51.100.0/24", "to: 198.51.100.7/24"));
    await expect(the().nused.ask("check", wrong)).rejects.toThrow(/10\.77\.1\.1\/99[^]*198\.51\.100\.7\/24/);
    const before = await the().nused.ask("revisions");
    await expect(the().nused.ask("apply", wrong)).rejects.toThrow(/10\.77\.1\.1\/99/);
    expect(await the().nused.ask("revisions")).toEqual(before);
  });

  it("waits for the one before it", async () => {
    const all = await Promise.all([the().nused.apply(changed), the().nused.apply(routerConfig), the().nused.apply(changed), the().nused.apply(routerConfig)]);
    const numbers = all.map(({ revision }) => revision.number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(all.map(({ steps }) => steps.length)).toEqual([1, 1, 1, 1]);
    expect(await answers(extra)).toBe(false);
  });
});

describe("a change that is to be confirmed", () => {
  it("is in force but not in the file, until it is confirmed", async () => {
    const { revision } = await the().nused.apply(changed, { confirmSeconds: never });
    expect(revision.state).toBe("pending");
    expect(await answers(extra)).toBe(true);
    expect(file()).toBe(the().nused.complete(routerConfig));
    await expect(the().nused.apply(routerConfig)).rejects.toThrow(/waits to be confirmed/);
    expect(await the().nused.ask("pending")).toMatchObject({ revision: { number: revision.number } });
    expect((await the().nused.metrics()).get("nuse_config_confirm_deadline_timestamp_seconds")).toBeGreaterThan(Date.now() / 1000);

    expect(await the().nused.ask("confirm")).toMatchObject({ number: revision.number, state: "confirmed" });
    expect(file()).toBe(the().nused.complete(changed));
    expect(await the().nused.ask("pending")).toBeUndefined();
    await expect(the().nused.ask("confirm")).rejects.toThrow(/no revision waits/);
  });

  it("is taken back at once by a rollback", async () => {
    const { revision } = await the().nused.apply(routerConfig, { confirmSeconds: never });
    expect(await answers(extra)).toBe(false);
    await the().nused.ask("rollback");
    expect(await answers(extra)).toBe(true);
    const found = (await the().nused.ask("revisions")).find(({ number }) => number === revision.number);
    expect(found?.state).toBe("reverted");
    expect(file()).toBe(the().nused.complete(changed));
  });

  it("is taken back when nobody confirms it in time, though its caller is gone", async () => {
    const before = await the().nused.ask("revisions");
    await the().nused.apply(routerConfig, { confirmSeconds: 2 });
    expect(await answers(extra)).toBe(false);
    the().nused.leave();
    const text = await eventually(async () => the().nused.log(), (log) => /not confirmed in time[^]*configuration reverted/.test(log));
    expect(text).toMatch(/not confirmed in time[^]*configuration reverted/);
    expect(await answers(extra)).toBe(true);
    expect(file()).toBe(the().nused.complete(changed));
    expect(readdirSync(the().nused.home).filter((name) => name.endsWith(".new"))).toEqual([]);
    await the().nused.end();
    await restart();
    expect((await the().nused.ask("revisions"))[0]).toMatchObject({ number: before[0]!.number + 1, state: "reverted" });
  });

  it("is not what nused starts with after it was killed", async () => {
    const { revision } = await the().nused.apply(routerConfig, { confirmSeconds: never });
    expect(readdirSync(join(the().nused.home, "state/revisions"))).toContain(`${String(revision.number).padStart(6, "0")}.pending.yaml`);
    await the().nused.end("SIGKILL");
    await restart();
    expect(await reachable(the().network.a, extra)).toBe(true);
    expect((await the().nused.ask("revisions"))[0]).toMatchObject({ number: revision.number, state: "reverted" });
    expect(the().nused.log()).toMatch(/not confirmed before nused ended/);
  });
});
