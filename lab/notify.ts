// SPDX-License-Identifier: GPL-2.0-only
// A service manager's end of sd_notify(3).

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { end } from "./command.js";

const program = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(repr(s.recv(65536).decode()), flush=True)
`;

export class ServiceManager {
  readonly #child: ChildProcess;
  #text = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.on("data", (part: Buffer) => (this.#text += part.toString()));
  }

  /** Listen on the socket `path`, to be given as NOTIFY_SOCKET. */
  static async listen(path: string): Promise<ServiceManager> {
    const child = spawn("python3", ["-c", program, path], { stdio: ["ignore", "pipe", "inherit"] });
    const manager = new ServiceManager(child);
    await once(child.stdout!, "data");
    return manager;
  }

  /** What it was told, oldest first, each a list of lines. */
  told(): string[][] {
    const [, ...messages] = this.#text.split("\n");
    return messages.filter(Boolean).map((message) => message.slice(1, -1).split("\\n"));
  }

  async end(): Promise<void> {
    await end(this.#child);
  }
}
