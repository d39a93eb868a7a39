// SPDX-License-Identifier: GPL-2.0-only
// nused as a service: what is installed, and what the service manager is told.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { end } from "../../lab/command.js";
import { get } from "../../lab/http.js";
import { createNetwork, hosts } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { ServiceManager } from "../../lab/notify.js";
import { Nused } from "../../lab/nused.js";
import { reachable } from "../../lab/traffic.js";
import { routerConfig, eventually } from "./lab.js";

let network: Network | undefined;
let dir = "";
beforeAll(() => {
  network = createNetwork("test", "service");
  dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
});
afterAll(() => {
  network?.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe("what is installed", () => {
  const install = (...args: string[]) =>
    spawnSync(process.execPath, ["scripts/install.mjs", ...args], { encoding: "utf8", env: { ...process.env, DESTDIR: dir } });
  const unit = (): string => join(dir, "usr/lib/systemd/system/nused.service");

  beforeAll(() => {
    const { status, stderr } = install();
    expect(stderr).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  }, 300_000); // it builds what is out of date

  it("runs and forwards without the checkout", async () => {
    const nused = new Nused(network!.router, routerConfig, { program: join(dir, "usr/bin/nused") });
    try {
      await nused.ready();
      expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
      const maps = readFileSync(`/proc/${nused.child.pid}/maps`, "utf8");
      expect(maps).toContain(join(dir, "usr/lib/nuse/libnuse-engine.so"));
      expect(maps).not.toContain(process.cwd());
      expect(await nused.end()).toBe(0);
    } finally {
      await nused.stop("SIGKILL");
    }
  });

  it("has a unit that systemd understands, and finds exposed by 3.5 at most", () => {
    const verified = spawnSync("systemd-analyze", ["verify", unit()], { encoding: "utf8" });
    expect(verified.stderr.split("\n").filter((line) => line.includes("nused") && !line.includes("not executable"))).toEqual([]);
    const { status, stdout } = spawnSync(
      "systemd-analyze", ["security", "--offline=true", "--threshold=35", "--no-pager", unit()], { encoding: "utf8" },
    );
    expect(stdout).toMatch(/Overall exposure level for nused.service: [0-3]\.\d/);
    expect(status).toBe(0);
  });

  it("has users and directories that systemd makes", () => {
    mkdirSync(join(dir, "etc"), { recursive: true });
    for (const command of ["systemd-sysusers", "systemd-tmpfiles"]) {
      const args = command === "systemd-tmpfiles" ? ["--create"] : [];
      const kind = command.replace("systemd-", "");
      const { status, stderr } = spawnSync(command, [...args, `--root=${dir}`, join(dir, `usr/lib/${kind}.d/nuse.conf`)], { encoding: "utf8" });
      expect({ status, stderr: stderr.replace(/^Creating .*\n/gm, "") }).toEqual({ status: 0, stderr: "" });
    }
    expect(readFileSync(join(dir, "etc/passwd"), "utf8")).toMatch(/^nuse:x:\d+:\d+:NUSE router:\/var\/lib\/nuse:\/usr\/sbin\/nologin$/m);
    expect(existsSync(join(dir, "etc/nuse"))).toBe(true);
  });

  it("goes without a trace, but for configuration and users", () => {
    expect(install("--uninstall").status).toBe(0);
    expect(existsSync(join(dir, "usr/lib/nuse"))).toBe(false);
    expect(existsSync(unit())).toBe(false);
    expect(readdirSync(join(dir, "usr"))).toEqual([]);
    expect(install("--uninstall").status).not.toBe(0);
  });
});

describe("the service manager", () => {
  let manager: ServiceManager | undefined;
  let nused: Nused | undefined;
  const told = (pattern: RegExp): string[][] => manager!.told().filter((lines) => lines.some((line) => pattern.test(line)));

  beforeAll(async () => {
    const socket = join(dir, "notify.sock");
    manager = await ServiceManager.listen(socket);
    nused = new Nused(network!.router, routerConfig, { environment: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "3000000" } });
    await nused.ready();
  });
  afterAll(async () => {
    await nused?.stop("SIGKILL");
    await manager?.end();
  });

  it("is told when nused is ready, with words", async () => {
    await eventually(async () => told(/^READY=1$/), (messages) => messages.length > 0);
    expect(told(/^READY=1$/)[0]).toEqual(["READY=1", "STATUS=forwarding with revision 1"]);
  });

  it("is told of a reload, with the time, and of its end", async () => {
    nused!.configure(routerConfig.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.7/24,"));
    nused!.child.kill("SIGHUP");
    await eventually(async () => told(/^READY=1$/), (messages) => messages.length > 1);
    expect(told(/^RELOADING=1$/)).toEqual([["RELOADING=1", expect.stringMatching(/^MONOTONIC_USEC=\d+$/), expect.stringMatching(/^STATUS=/)]]);
    expect(told(/^READY=1$/).at(-1)).toContain("STATUS=forwarding with revision 2");
  });

  /** Stop one thread of nused, which goes on when the process that is returned ends. */
  async function hold(name: string): Promise<ChildProcess> {
    const tasks = `/proc/${nused!.child.pid}/task`;
    const thread = readdirSync(tasks).find((id) => readFileSync(join(tasks, id, "comm"), "utf8").trim().endsWith(name))!;
    const program = `
import ctypes, sys, time
libc = ctypes.CDLL(None)
assert libc.ptrace(0x4206, int(sys.argv[1]), 0, 0) == 0 and libc.ptrace(0x4207, int(sys.argv[1]), 0, 0) == 0
time.sleep(1000)`;
    return spawn("python3", ["-c", program, thread], { stdio: "inherit" });
  }

  const pings = (): number => told(/^WATCHDOG=1$/).length;

  it("gets its watchdog's pings while workers turn, idle or not, and none while one is stuck", async () => {
    const before = pings();
    expect(await eventually(async () => pings(), (count) => count > before + 2)).toBeGreaterThan(before + 2);

    const holder = await hold("-0");
    const health = () => get(nused!.socket, "/healthz");
    await eventually(health, ({ status }) => status === 503, 20);
    expect((await health()).body).toContain("worker 0 is stalled");
    const stuck = pings();
    await sleep(2_500);
    expect(pings()).toBe(stuck);

    await end(holder, "SIGKILL");
    await eventually(health, ({ status }) => status === 200);
    expect(await eventually(async () => pings(), (count) => count > stuck)).toBeGreaterThan(stuck);
    expect(nused!.log()).toMatch(/the worker does not turn.*the worker turns again/s);
    expect(await reachable(network!.a, hosts.b.v4)).toBe(true);
  });

  it("is told when nused stops", async () => {
    expect(await nused!.end()).toBe(0);
    expect(told(/^STOPPING=1$/)).toHaveLength(1);
  });
});

it("the journal gets the priority of each line, when standard output is the journal", async () => {
  const journal = ["sh", "-c", 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1) exec "$@"', "sh"];
  const nused = new Nused(network!.router, routerConfig, { within: journal });
  try {
    await nused.ready();
    nused.configure("ports: [");
    nused.child.kill("SIGHUP");
    const log = await eventually(async () => nused.log(), (text) => text.includes("reload failed"));
    expect(log).toMatch(/^<6>\{"level":30,.*"ready"\}$/m);
    expect(log).toMatch(/^<3>\{"level":50,.*reload failed/m);
  } finally {
    await nused.stop();
  }
});
