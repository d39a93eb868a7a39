// SPDX-License-Identifier: GPL-2.0-only
// The pure parts of nused's life.

import { describe, expect, it } from "vitest";
import { readConfig } from "../../control/config/load.js";
import type { Config } from "../../control/config/model.js";
import { stateDirectory } from "../../control/daemon/boot.js";
import { Bound } from "../../control/daemon/bound.js";
import { isNothing, planHardware } from "../../control/daemon/hardware.js";
import { priority } from "../../control/daemon/log.js";
import { Queue } from "../../control/daemon/queue.js";
import { checkReload } from "../../control/daemon/reload.js";

const config = (text: string): Config => readConfig(text, "nuse.yaml");
const port = (name: string, device: string) => ({ name, device, queues: 1 });
const workers = (...cpus: number[]): Pick<Config, "workers"> => ({ workers: { cpus, memory: 0, idle: "poll" } });
const names = (ports: readonly { readonly name: string }[]): string[] => ports.map(({ name }) => name);

describe("of ports and workers", () => {
  it("nothing changes when they are the same, in whatever order", () => {
    const is = { cpus: [1, 2], ports: [port("a", "raw:x"), port("b", "raw:y")] };
    expect(isNothing(planHardware(is, { ...workers(2, 1), ports: [...is.ports].reverse() }))).toBe(true);
  });

  it("what is in the way goes first, what is only old goes last", () => {
    const is = { cpus: [1], ports: [port("a", "raw:x"), port("b", "raw:y"), port("c", "raw:z")] };
    const change = planHardware(is, { ...workers(2), ports: [port("a", "xdp:x"), port("d", "raw:y")] });
    expect(names(change.portsInTheWay)).toEqual(["a", "b"]);
    expect(names(change.newPorts)).toEqual(["a", "d"]);
    expect(names(change.oldPorts)).toEqual(["c"]);
    expect([change.newCpus, change.oldCpus]).toEqual([[2], [1]]);
  });
});

it("a reload cannot change what is fixed, and says which", () => {
  const now = config('ports: { a: { device: "raw:x" } }');
  const next = config('ports: { b: { device: "raw:y" } }\nworkers: { memory: 64M, idle: poll, cpus: [3] }\nlog: { level: debug }\nstate: /x');
  expect(() => checkReload(now, next, "nuse.yaml")).toThrow("nuse.yaml: workers.memory, workers.idle, state cannot change while nused runs");
  expect(() => checkReload(now, config('ports: { b: { device: "raw:y" } }\nworkers: { cpus: [3] }'), "nuse.yaml")).not.toThrow();
});

it("the state directory is the file's, even of a broken one, or the service manager's, or the usual", () => {
  const before = process.env["STATE_DIRECTORY"];
  try {
    delete process.env["STATE_DIRECTORY"];
    expect(stateDirectory("ports: [\nstate: nonsense")).toBe("/var/lib/nuse");
    expect(stateDirectory("state: /srv/x\nports: { - [\n")).toBe("/srv/x");
    process.env["STATE_DIRECTORY"] = "/srv/y:/srv/z";
    expect(stateDirectory(undefined)).toBe("/srv/y");
    expect(stateDirectory("just text")).toBe("/srv/y");
    expect(stateDirectory("state: /srv/x")).toBe("/srv/x");
  } finally {
    if (before === undefined) delete process.env["STATE_DIRECTORY"];
    else process.env["STATE_DIRECTORY"] = before;
  }
});

it("a bound allows so many within its time, and more after it", () => {
  const bound = new Bound(2, 10);
  expect([0, 1000, 2000, 9999, 10001, 10500].map((time) => bound.allows(time))).toEqual([true, true, false, false, true, false]);
});

it("the journal's priorities follow the levels of the log", () => {
  expect([10, 20, 30, 40, 50, 60].map(priority)).toEqual(["<7>", "<7>", "<6>", "<4>", "<3>", "<2>"]);
});

it("a queue goes on after work that failed, in order", async () => {
  const queue = new Queue();
  const done: number[] = [];
  const work = (number: number, fails = false) => queue.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5 - number));
    done.push(number);
    if (fails) throw new Error("no");
  });
  const all = [work(1), work(2, true), work(3)];
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(done).toEqual([1, 2, 3]);
});
