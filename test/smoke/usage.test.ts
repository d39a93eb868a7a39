// SPDX-License-Identifier: GPL-2.0-only
// How nuse-engine is called, and what it says when that is wrong.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineEnvironment, engineProgram, Forwarder } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";

let namespace: Namespace | undefined;
beforeAll(() => {
  namespace = new Namespace("test", "usagesmoke");
  namespace.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth1");
  namespace.ip("link", "set", "eth0", "up");
  namespace.ip("link", "set", "eth1", "up");
});
afterAll(() => namespace?.remove());

/** Run it to its end; `wrap` is put before it. */
function run(args: string, { wrap = [], env = {} }: { wrap?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
  const [command, ...prefix] = namespace!.prefix;
  const { status, stdout, stderr } = spawnSync(
    command, [...prefix, ...wrap, engineProgram(), ...args.split(" ").filter(Boolean)],
    { encoding: "utf8", timeout: 20_000, env: { ...engineEnvironment(), ...env } },
  );
  return { status, stdout, stderr };
}

const port = "--port a=raw:eth0";

describe("help", () => {
  const help = (): string => run("--help").stdout;

  it("has every option, examples and the kinds of ports", () => {
    expect(run("--help")).toMatchObject({ status: 0, stderr: "" });
    for (const option of ["port", "addr", "route", "vlan", "mtu", "mac", "queues", "rx-list", "sysctl", "cpu", "workers",
      "idle", "spin-us", "ram", "hugepages", "library", "stats", "log"]) expect(help()).toContain(`  --${option}`);
    expect(help()).toContain("nuse-engine --port a=raw:eth1");
  });

  it("names only kinds of ports that there are", () => {
    const kinds = [...help().matchAll(/^ {2}(\w+):[A-Z]/gm)].map(([, kind]) => kind!);
    expect(kinds).toEqual(expect.arrayContaining(["raw", "pipe"]));
    for (const kind of kinds) expect(run(`--port a=${kind}:`).stderr).not.toContain("no such kind of port");
    const page = readFileSync("docs/ports.md", "utf8");
    for (const kind of kinds) expect(page).toMatch(new RegExp(`^## ${kind}$`, "m"));
    expect(run("--port a=pigeon:left").stderr).toContain(`kinds of ports are ${kinds.join(", ")}`);
  });
});

describe("a call that is wrong gives status 2, names the option and says what would be right:", () => {
  it.each([
    ["", "there is no --port", "--port a=raw:eth0"],
    ["--frobnicate", "--frobnicate: there is no such option", "--help"],
    ["--port", "--port: needs a value", "--help"],
    ["eth0", "eth0: not an option", "--port"],
    ["--port raw:eth0", "--port raw:eth0: not of the form NAME=VALUE", "a=raw:eth0"],
    ["--port a=eth0", "--port a=eth0: says no kind of port", "raw"],
    ["--port much-too-long-a-name=raw:eth0", "--port much-too-long-a-name=raw:eth0: 'much", "15 characters"],
    [`${port} ${port}`, "--port a: given twice", ""],
    [`${port} --addr b=10.0.0.1/24`, "--addr b: there is no port or VLAN b", "--port b="],
    [`${port} --addr a=10.0.0.1/33`, "--addr a=10.0.0.1/33: not an address", "10.0.0.1/24"],
    [`${port} --addr a=10.0.0/24`, "--addr a=10.0.0/24: not an address", "10.0.0.1/24"],
    [`${port} --route 10.0.0.1/24=10.0.1.1`, "--route 10.0.0.1/24=10.0.1.1: its destination has bits set", ""],
    [`${port} --route default=gateway`, "--route default=gateway: its gateway is not an address", "--route"],
    [`${port} --route ::/0=10.0.0.1`, "--route ::/0=10.0.0.1: IPv6 cannot go by an IPv4 gateway", ""],
    [`${port} --vlan v=b:10`, "--vlan b: there is no port b", "--port b="],
    [`${port} --vlan v=a:4095`, "--vlan v=a:4095: not of the form", ""],
    [`${port} --mtu a=67`, "--mtu a=67: not a number from 68 to 65535", ""],
    [`${port} --mtu c=1500`, "--mtu c: there is no port c", ""],
    [`${port} --mac a=02:00`, "--mac a=02:00: not a MAC address", "02:00:00:00:00:01"],
    [`${port} --idle maybe`, "--idle maybe: neither poll, adaptive nor interrupt", ""],
    [`${port} --ram 9`, "--ram 9: not a multiple of 2 MiB", ""],
    [`${port} --workers 2 --cpu 0`, "--workers 2: but --cpu has 1", "--cpu 2,3"],
    [`${port} --sysctl net.ipv4.ip_forward`, "--sysctl net.ipv4.ip_forward: not of the form KEY=VALUE", ""],
  ])("%s", (args, complaint, advice) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toContain(`nuse-engine: ${complaint}`);
    expect(stderr).toContain(advice);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe("what fails gives status 1, names the option and says what to do:", () => {
  it.each([
    ["a device that is not there", "--port a=raw:nosuch0", "--port a=raw:nosuch0: raw:nosuch0: there is no such device", "ip link"],
    ["the second device that is not there", `${port} --port b=raw:nosuch0`, "--port b=raw:nosuch0", "ip link"],
    ["a kind that is not there", "--port a=pigeon:left", "--port a=pigeon:left: pigeon:left: no such kind", "raw"],
    ["a gateway that is nowhere", `${port} --route default=192.0.2.1`, "--route default=192.0.2.1: Network is unreachable", "--addr"],
    ["an address that is given twice", `${port} --addr a=10.0.0.1/24 --addr a=10.0.0.1/24`, "--addr a=10.0.0.1/24: File exists", ""],
    ["a VLAN that is given twice", `${port} --vlan v=a:5 --vlan w=a:5`, "--vlan w=a:5: File exists", ""],
    ["a sysctl that is not there", `${port} --sysctl net.ipv4.nosuch=1`, "--sysctl net.ipv4.nosuch=1: No such file", "slashes"],
    ["a sysctl that takes no such value", `${port} --sysctl net.ipv4.ip_forward=maybe`, "net.ipv4.ip_forward=maybe: Invalid", ""],
    ["a processor that is not there", `${port} --cpu 60000`, "cpu 60000", ""],
    ["a library that is not there", `${port} --library /nowhere/liblinux.so`, "looked at /nowhere/liblinux.so, as --library says", "npm run setup"],
    ["a library that is none", `${port} --library /bin/true`, "/bin/true: ", "not a library kernel"],
  ])("%s", (_name, args, complaint, advice) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain(advice);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });

  it("no permission", () => {
    const wrap = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
    expect(run(port, { wrap })).toMatchObject({
      status: 1, stderr: expect.stringMatching(/--port a=raw:eth0: raw:eth0: no permission .*\n {2}hint: .*as root/) as string,
    });
  });

  it("no library, told by nothing", () => {
    expect(run(port, { env: { NUSE_LIBLINUX: "" } })).toMatchObject({
      status: 1, stderr: expect.stringMatching(/looked at \/.*\/liblinux\.so, where it would be installed/) as string,
    });
  });
});

describe("a call that is right", () => {
  it("takes all options together, in any order", async () => {
    const engine = new Forwarder(namespace!, [
      "--addr", "v=192.0.2.1/24", "--mtu", "a=1400", "--route", "2001:db8::/32=fe80::1%b", "--vlan", "v=a:7",
      "--mac", "b=02:00:00:00:00:07", "--queues", "b=2", "--rx-list", "a", "--sysctl", "net/ipv4/conf/v/rp_filter=1",
      "--route", "default=192.0.2.2", "--route", "10.0.0.0/8=fe80::1%b", "--cpu", "0,0", "--workers", "2", "--idle", "interrupt",
      "--ram", "64", "--hugepages", "never", "--port", "a=raw:eth0", "--port", "b=raw:eth1", "--log", "--stats", "1",
    ]);
    await engine.ready();
    expect([...(await engine.counters()).keys()]).toEqual(["a", "b"]);
    expect(engine.said.error).toMatch(/Linux version 6\.12/);
    expect(await engine.stop()).toBe(0);
  });

  it("prints rates every so often", async () => {
    const engine = new Forwarder(namespace!, ["--port", "a=raw:eth0", "--stats", "1"]);
    await engine.ready();
    await expect.poll(() => engine.said.out, { timeout: 10_000 }).toMatch(/^a rx 0\.\d+ Mfps 0\.\d+ Gbit\/s tx .* lost 0$/m);
    expect(await engine.stop()).toBe(0);
  });
});
