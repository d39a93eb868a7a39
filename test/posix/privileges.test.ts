// SPDX-License-Identifier: GPL-2.0-only
// Who a program is on the host, it is on the stack.

import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { built } from "../../lab/forwarder.js";
import { Program, peer, useBed } from "./bed.js";
import type { Finished } from "./bed.js";

const at = useBed();

it("a program that gives up root gives it up on the stack", async () => {
  const { out, error } = await at.bed.run("/usr/bin/python3", "-c", `
import os, socket
def bind():
    try: socket.socket().bind(("127.0.0.1", 80)); print("bound")
    except OSError as e: print(e.errno)
bind(); os.setuid(65534); bind()`);
  expect(out, error).toBe("bound\n13\n");
});

describe("a plain user", () => {
  /** nuse-run where that user can read it. */
  beforeAll(() => {
    for (const file of ["nuse-run", "libnuse.so"]) copyFileSync(built(`posix/${file}`), join(at.bed.scratch, file));
    chmodSync(at.bed.scratch, 0o755);
  });

  const asUser = (...command: string[]): Promise<Finished> =>
    new Program(
      "setpriv",
      ["--reuid", "65534", "--regid", "65534", "--clear-groups", join(at.bed.scratch, "nuse-run"), "--stack", at.bed.socket, ...command],
      { cwd: at.bed.scratch },
    ).ended;

  it("has no access unless the socket's permissions give it", async () => {
    const { status, error } = await asUser("true");
    expect(status).toBe(125);
    expect(error).toContain("Permission denied");
    chmodSync(at.bed.socket, 0o666);
    expect((await asUser("true")).status).toBe(0);
  });

  it("may look, but not change anything", async () => {
    chmodSync(at.bed.socket, 0o666);
    expect((await asUser("ip", "-o", "link")).out).toContain("eth0");
    const { status, error } = await asUser("ip", "link", "set", "eth0", "down");
    expect(status).toBe(2);
    expect(error).toContain("not permitted");
  });

  it("runs programs with privileges on the stack too, without them", async () => {
    chmodSync(at.bed.socket, 0o666);
    expect((await asUser("ping", "-c", "1", peer.v4)).error).toContain("not permitted");
    await at.bed.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 65534");
    expect((await asUser("ping", "-c", "3", "-i", "0.2", peer.v4)).out).toMatch(/[123] received/);
  });
});

it("a static program is refused, with the reason", async () => {
  const { scratch } = at.bed;
  writeFileSync(join(scratch, "static.c"), "int main(void) { return 0; }\n");
  expect((await new Program("gcc", ["-static", "-o", "static", "static.c"], { cwd: scratch }).ended).status).toBe(0);
  const { status, error } = await at.bed.run("./static");
  expect(status).toBe(126);
  expect(error).toContain("static program");
});
