// SPDX-License-Identifier: GPL-2.0-only
// What iproute2's programs send: they run in a network namespace of their own
// under strace, which prints the bytes.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headerSize } from "../../../control/netlink/message.js";

export interface Sent {
  readonly type: number;
  readonly flags: number;
  readonly payload: string;
}

/** Links that the commands speak of: all are there before the first. */
const links = `
ip link add name eth0 index 10 type veth peer name eth1 index 11
ip link add name br0 index 12 type bridge
ip link set eth0 master br0
ip link set eth0 up
ip link set eth1 up
`;

/** A request that asks for something, which programs make on the side. */
const isGet = (type: number): boolean => type % 4 === 2;

/** The last request that changes something, of those that strace saw. */
function lastChange(trace: string): Sent | undefined {
  let bytes: number[] = [];
  let found: Sent | undefined;
  const take = (): void => {
    const buffer = Buffer.from(bytes);
    bytes = [];
    if (buffer.length < headerSize) return;
    const type = buffer.readUInt16LE(4);
    if (type < headerSize || isGet(type)) return;
    found = { type, flags: buffer.readUInt16LE(6), payload: buffer.subarray(headerSize, buffer.readUInt32LE(0)).toString("hex") };
  };
  for (const line of trace.split("\n")) {
    const dump = /^ \| [0-9a-f]{5} {2}((?:[0-9a-f]{2} {1,2})+)/.exec(line);
    if (dump) bytes.push(...dump[1]!.trim().split(/ +/).map((digits) => parseInt(digits, 16)));
    else if (!line.startsWith(" *")) take();
  }
  take();
  return found;
}

/** What each command sends last; undefined for one that sends nothing. */
export function capture(commands: readonly string[]): (Sent | undefined)[] {
  const dir = mkdtempSync(join(tmpdir(), "nuse-netlink-"));
  try {
    const traced = commands.map((command, index) =>
      `strace -e trace=sendmsg,sendto -e write=all -o ${dir}/${index} ${command} > /dev/null 2>&1 || true`);
    writeFileSync(join(dir, "script"), `set -e${links}${traced.join("\n")}\n`);
    const { status, stderr } = spawnSync("unshare", ["--net", "sh", join(dir, "script")], { encoding: "utf8" });
    if (status !== 0) throw new Error(`cannot watch iproute2: ${stderr}`);
    return commands.map((_, index) => lastChange(readFileSync(join(dir, String(index)), "utf8")));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
