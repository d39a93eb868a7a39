// SPDX-License-Identifier: GPL-2.0-only
// Programs on the stack of a nused: `nuse COMMAND` for words that nuse does not know.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { reachable } from "../../lab/traffic.js";
import { routerConfig, useLab } from "./lab.js";
import { nuse } from "./nuse.js";

const lab = useLab("programs", `${routerConfig}\nprograms: unix:SOCKET.stack\n`);

/** A program's standard output, run by nuse on nused's stack. */
async function onStack(...command: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath, [join(process.cwd(), "build/js/control/cli/nuse.js"), ...command],
    { env: { ...process.env, NUSE_STACK: `${lab.nused.socket}.stack` } },
  );
  return stdout;
}

describe("nuse and a program", () => {
  it("ip sees the router's interfaces, not the host's", async () => {
    const links = JSON.parse(await onStack("ip", "-j", "address")) as { ifname: string; addr_info: { local: string }[] }[];
    const names = links.map(({ ifname }) => ifname);
    expect(names).toEqual(expect.arrayContaining(["lo", "left", "right"]));
    expect(names).not.toContain("left0");
    expect(links[names.indexOf("left")]!.addr_info.map(({ local }) => local)).toContain(hosts.a.router4);
  });

  it("ping reaches a host behind the router's port", async () => {
    expect(await reachable(lab.network.a, hosts.b.v4)).toBe(true);
    expect(await onStack("ping", "-n", "-c", "3", "-i", "0.1", hosts.b.v4)).toMatch(/3 packets transmitted, 3 received/);
  });

  it("nft, tc and ss speak to the same kernel", async () => {
    expect(await onStack("nft", "list", "tables")).toBe("");
    expect(await onStack("tc", "qdisc", "show", "dev", "left")).toMatch(/qdisc/);
    expect(await onStack("ss", "-Hltn")).toBe("");
  });

  it("what ip changes is drift, and an apply corrects it", async () => {
    await onStack("ip", "address", "add", "10.77.1.99/24", "dev", "left");
    await onStack("ip", "route", "add", "203.0.113.0/24", "via", hosts.b.v4, "proto", "static");
    expect((await nuse(lab.nused.socket, "config", "drift")).out).toMatch(/delete 10\.77\.1\.99\/24 from left/);
    expect((await nuse(lab.nused.socket, "config", "drift")).out).toMatch(/delete the route 203\.0\.113\.0\/24/);
    expect((await nuse(lab.nused.socket, "config", "apply", lab.nused.configFile, "--yes")).status).toBe(0);
    expect(await onStack("ip", "route")).not.toMatch(/203\.0\.113/);
    expect(await onStack("ip", "address")).not.toMatch(/10\.77\.1\.99/);
  });

  it("a routing daemon's routes are not drift", async () => {
    await onStack("ip", "route", "add", "203.0.113.0/24", "via", hosts.b.v4, "proto", "bgp");
    expect((await nuse(lab.nused.socket, "config", "drift", "--json")).out).not.toMatch(/203\.0\.113/);
    await onStack("ip", "route", "del", "203.0.113.0/24");
  });
});
