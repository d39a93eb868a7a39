// SPDX-License-Identifier: GPL-2.0-only
// From an expression of pcap-filter(7) to a program for a socket, by tcpdump.

import { execFile } from "node:child_process";
import { NuseError } from "../errors.js";

const limit = 5000;
const longest = 4096;

/** struct sock_filter after struct sock_filter, for frames of Ethernet. */
export async function compileFilter(expression: string, snaplen: number): Promise<Buffer> {
  if (expression.includes("\0")) throw new NuseError("capture.filter", "a filter is text without zeros");
  return parseProgram(await runTcpdump(["-ddd", "-y", "EN10MB", "-s", String(snaplen), "--", expression]));
}

/** tcpdump -ddd: how many instructions, then one a line, as four numbers. */
export function parseProgram(text: string): Buffer {
  const [count, ...lines] = text.trim().split("\n");
  if (Number(count) !== lines.length || lines.length > longest) {
    throw new NuseError("capture.filter", `the filter makes a program of ${count} instructions`, { hint: `${longest} are possible` });
  }
  return Buffer.concat(lines.map((line) => {
    const [code = 0, jumpTrue = 0, jumpFalse = 0, value = 0] = line.split(" ").map(Number);
    const instruction = Buffer.alloc(8);
    instruction.writeUInt16LE(code, 0);
    instruction.writeUInt8(jumpTrue, 2);
    instruction.writeUInt8(jumpFalse, 3);
    instruction.writeUInt32LE(value, 4);
    return instruction;
  }));
}

function runTcpdump(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("tcpdump", args, { timeout: limit, encoding: "utf8", env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin` } }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const absent = "code" in error && error.code === "ENOENT";
      const words = absent ? "filters are compiled by tcpdump, which is not installed" : stderr.trim().split("\n").at(-1)?.replace(/^tcpdump: /, "");
      reject(new NuseError("capture.filter", words === undefined || words === "" ? "tcpdump cannot compile the filter" : words, {
        hint: absent ? "apt-get install tcpdump" : "pcap-filter(7) says what there is",
        cause: error,
      }));
    });
  });
}
