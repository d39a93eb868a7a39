// SPDX-License-Identifier: GPL-2.0-only
// nuse in front of the nused of a lab.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const program = join(process.cwd(), "build/js/control/cli/nuse.js");

export interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

export class Nuse {
  readonly child: ChildProcess;
  #out = "";
  #error = "";
  readonly #over: Promise<unknown>;

  /** Start it with `socket` as nused's; `prefix` is put before it. */
  constructor(socket: string, args: readonly string[], prefix: readonly string[] = [], input = "") {
    const [command, ...rest] = [...prefix, process.execPath, program, ...args];
    this.child = spawn(command!, rest, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, NUSE_API: socket } });
    this.child.stdin!.end(input);
    this.child.stdout!.on("data", (text: Buffer) => (this.#out += text.toString("latin1")));
    this.child.stderr!.on("data", (text: Buffer) => (this.#error += text.toString()));
    this.#over = once(this.child, "close");
  }

  get said(): Said {
    return { status: this.child.exitCode, out: this.#out, error: this.#error };
  }

  /** Wait for its end. */
  async end(): Promise<Said> {
    await this.#over;
    return this.said;
  }
}

export const nuse = (socket: string, ...args: readonly string[]): Promise<Said> => new Nuse(socket, args).end();
