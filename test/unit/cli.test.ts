// SPDX-License-Identifier: GPL-2.0-only

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { splitLines } from "../../control/cli/client.js";
import { examine, parseCpus } from "../../control/cli/doctor/checks.js";
import type { Host } from "../../control/cli/doctor/checks.js";
import { duration, scaled } from "../../control/cli/output.js";
import { formatTable } from "../../control/cli/table.js";

const program = "build/js/control/cli/nuse.js";
const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
afterAll(() => rmSync(dir, { recursive: true }));

const nuse = (args: readonly string[], options: { uid?: number; stack?: string } = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8", timeout: 20_000, ...(options.uid !== undefined && { uid: options.uid }), env: { ...process.env, ...(options.stack !== undefined && { NUSE_STACK: options.stack }) },
  });
  return { status, stdout, stderr };
};

describe("a table", () => {
  it("is as wide as what is in it, numbers at the right, empty columns left out", () => {
    const columns = [{ title: "A", value: (row: string[]) => row[0] }, { title: "NUMBER", value: (row: string[]) => Number(row[1]) }, { title: "NONE", value: () => undefined }];
    expect(formatTable(columns, [["longer", "7"], ["x", "1234567"]])).toBe("A        NUMBER\nlonger        7\nx       1234567\n");
  });
});

it("figures are for people", () => {
  expect([scaled(0, "bit/s"), scaled(999, "bit/s"), scaled(1_234_567, "bit/s")]).toEqual(["0 bit/s", "999 bit/s", "1.23 Mbit/s"]);
  expect([duration(0), duration(65), duration(90_061)]).toEqual(["0 s", "1 min 5 s", "1 d 1 h"]);
});

it("lines are lines however they come", async () => {
  const bytes = Buffer.from("äb\nc\n\nd");
  const pieces = async function* () {
    for (const byte of bytes) yield Buffer.from([byte]);
  };
  const lines: string[] = [];
  for await (const line of splitLines(pieces())) lines.push(line);
  expect(lines).toEqual(["äb", "c", "", "d"]);
});

describe("nuse says in a sentence", () => {
  const complain = (args: readonly string[], options = {}) => {
    const { status, stderr, stdout } = nuse(args, options);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^\s+at /m);
    return { status, stderr };
  };

  it("that there is no nused", () => {
    expect(complain(["--socket", join(dir, "none"), "status"])).toMatchObject({ status: 9, stderr: expect.stringMatching(/cannot talk to nused.*\n {2}hint: is nused running/) as string });
  });

  it("that nused has left its socket behind", async () => {
    const path = join(dir, "dead");
    const child = spawn(process.execPath, ["-e", `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`]);
    await once(child, "exit");
    expect(existsSync(path)).toBe(true);
    expect(complain(["--socket", path, "status"])).toMatchObject({ status: 9, stderr: expect.stringMatching(/ECONNREFUSED.*\n {2}hint: nused has ended/) as string });
  });

  it("that there is no stack for a program", () => {
    const { status, stderr } = complain(["ping", "192.0.2.1"], { stack: join(dir, "none") });
    expect(status).toBe(125);
    expect(stderr).toMatch(/no stack at .*none: No such file or directory; start nused/);
  });

  it.each([[["config", "nothing"]], [["routes", "--family", "5"]], [["log", "-n", "none"]], [["--nothing", "status"]], [["monitor", "-c", "-1"]]])("what is wrong with %j", (args) => {
    expect(complain(args).status).toBe(2);
  });

  it.each([["ftp://x"], ["nothing"]])("that %s is no URL of an API", (url) => {
    expect(complain(["--url", url, "status"])).toMatchObject({ status: 2, stderr: expect.stringMatching(/not an address of an API/) as string });
  });
});

async function served(answer: RequestListener, work: (socket: string) => Promise<void>): Promise<void> {
  const socket = join(dir, "fake");
  const server = createServer(answer).listen(socket);
  await once(server, "listening");
  chmodSync(socket, 0o600);
  try {
    await work(socket);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const nuseLater = async (args: readonly string[], uid?: number): Promise<{ status: number; stderr: string }> => {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"], ...(uid !== undefined && { uid }) });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const [status] = (await once(child, "close")) as [number];
  return { status, stderr };
};

describe("what answers is looked at", () => {
  it("another version of the API is refused", () =>
    served((_request, answer) => answer.setHeader("nuse-api", "99").end("{}"), async (socket) => {
      expect(await nuseLater(["--socket", socket, "status"])).toMatchObject({ status: 9, stderr: expect.stringMatching(/version 99 of the API, and this nuse version 1/) as string });
    }));

  it("what is not nused is refused", () =>
    served((_request, answer) => answer.end("<html>"), async (socket) => {
      expect(await nuseLater(["--socket", socket, "status"])).toMatchObject({ status: 9, stderr: expect.stringMatching(/is not nused/) as string });
    }));

  it("an answer that breaks off is an error", () =>
    served((_request, answer) => {
      answer.setHeader("nuse-api", "1").setHeader("content-type", "text/event-stream").write("event: rates\n");
      setTimeout(() => answer.destroy(), 50);
    }, async (socket) => {
      expect(await nuseLater(["--socket", socket, "monitor"])).toMatchObject({ status: 9, stderr: expect.stringMatching(/connection/) as string });
    }));
});

describe("doctor", () => {
  const files: Readonly<Record<string, string>> = {
    "/proc/self/status": "CapEff:\t000001ffffffffff\n",
    "/proc/self/limits": "Max locked memory         65536                65536                bytes\n",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "10\n",
    "/sys/devices/system/cpu/online": "0-3\n",
    "/sys/devices/system/cpu/isolated": "2\n",
    "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave\n",
    "/sys/class/net/eth1/flags": "0x1003\n",
    "/proc/net/protocols": "protocol size\nPACKET 1\n",
  };
  const directories: Readonly<Record<string, readonly string[]>> = { "/sys/class/net/eth1": ["flags"], "/sys/bus/pci/devices/0000:01:00.0": ["driver"] };
  const links: Readonly<Record<string, string>> = { "/sys/bus/pci/devices/0000:01:00.0/driver": "../../bus/pci/drivers/ixgbe" };
  const host: Host = { read: (path) => files[path], list: (path) => directories[path] ?? [], link: (path) => links[path], uid: 1000 };
  const find = (wanted: Partial<Parameters<typeof examine>[1]>, subject: string) =>
    examine(host, { devices: [], cpus: [], memory: 0, ...wanted }).find((finding) => finding.subject === subject);

  it.each([
    ["raw:eth1", "ok", /eth1 is there and up/], ["raw:eth9", "fail", /no interface eth9/],
    ["dpdk:0000:01:00.0", "fail", /bound to ixgbe/], ["dpdk:0000:02:00.0", "fail", /no such PCI device/], ["pipe:a", "ok", /is made/],
  ])("looks at %s", (device, verdict, words) => {
    expect(find({ devices: [device] }, device)).toMatchObject({ verdict, words: expect.stringMatching(words) as string });
  });

  it("says how many hugepages are lacking, and what to do", () => {
    expect(find({ memory: 20 << 20 }, "hugepages")).toMatchObject({ verdict: "ok" });
    expect(find({ memory: 256 << 20 }, "hugepages")).toMatchObject({ verdict: "warn", advice: expect.stringMatching(/echo 128/) as string });
  });

  it("looks at each processor of a worker", () => {
    expect(find({ cpus: [2] }, "processor 2")).toMatchObject({ verdict: "ok" });
    expect(find({ cpus: [1] }, "processor 1")).toMatchObject({ verdict: "warn", words: expect.stringMatching(/shared/) as string });
    expect(find({ cpus: [1] }, "processor 1 governor")).toMatchObject({ verdict: "warn", words: expect.stringMatching(/powersave/) as string });
    expect(find({ cpus: [9] }, "processor 9")).toMatchObject({ verdict: "fail" });
  });

  it("misses AF_XDP only where it is wanted, and rights", () => {
    expect(find({ devices: ["xdp:eth1"] }, "AF_XDP")).toMatchObject({ verdict: "fail" });
    expect(find({}, "AF_XDP")).toBeUndefined();
    expect(find({}, "rights")).toMatchObject({ verdict: "ok" });
    expect(find({}, "locked memory")).toMatchObject({ verdict: "warn" });
  });

  it("reads lists of processors", () => expect([...parseCpus("0-2,5\n")]).toEqual([0, 1, 2, 5]));

  it("ends with a status of its own when something failed", () => {
    const file = join(dir, "bad.yaml");
    writeFileSync(file, 'ports:\n  wan0: { device: "raw:nosuch0" }\n');
    const { status, stdout } = nuse(["doctor", "--json", "--config", file]);
    expect(status).toBe(10);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ subject: "raw:nosuch0", verdict: "fail" }));
  });
});
