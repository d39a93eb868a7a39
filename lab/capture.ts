// SPDX-License-Identifier: GPL-2.0-only
// What passes on a device, by tcpdump, frame for frame.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { end } from "./command.js";
import type { Namespace } from "./namespace.js";

const fileHeader = 24;
const frameHeader = 16;

/** The frames of a capture file of this machine's byte order. */
export function readCapture(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = fileHeader; at + frameHeader <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    frames.push(file.subarray(at + frameHeader, at + frameHeader + length));
    at += frameHeader + length;
  }
  return frames;
}

export class Capture {
  readonly #child: ChildProcess;
  readonly #parts: Buffer[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.on("data", (part: Buffer) => this.#parts.push(part));
  }

  /** Capture what matches `filter`, or everything; it has begun when this resolves. */
  static async begin(namespace: Namespace, device: string, filter = ""): Promise<Capture> {
    const [command, ...prefix] = namespace.prefix;
    const options = ["-i", device, "-w", "-", "-U", "--immediate-mode", "-s", "0", "-n"];
    const child = spawn(command, [...prefix, "tcpdump", ...options, ...filter.split(" ").filter(Boolean)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const capture = new Capture(child);
    let said = "";
    while (!said.includes("listening on")) {
      const [text] = (await Promise.race([once(child.stderr!, "data"), once(child, "exit")])) as [Buffer | number];
      if (typeof text === "number") throw new Error(`tcpdump on ${device}: ${said}`);
      said += text.toString();
    }
    return capture;
  }

  /** Wait for `count` frames that are `wanted`, then end; all of those that there were. */
  async frames(count: number, wanted: (frame: Buffer) => boolean = () => true): Promise<Buffer[]> {
    const deadline = Date.now() + 5_000;
    const sofar = (): Buffer[] => readCapture(Buffer.concat(this.#parts)).filter(wanted);
    while (sofar().length < count && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    await end(this.#child);
    return sofar();
  }
}
