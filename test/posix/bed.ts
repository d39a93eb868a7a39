// SPDX-License-Identifier: GPL-2.0-only
// A stack that serves programs, and a host of the host's kernel on its only port:
//
//   programs ---- [ nuse-engine ] lan ---- eth0 peer

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { Forwarder, built, engineEnvironment } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";
import { silence } from "../../lab/network.js";

export const stack = { v4: "10.78.0.1", v6: "fd78::1" } as const;
export const peer = { v4: "10.78.0.2", v6: "fd78::2" } as const;

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** A program that was started, and what it has said so far. */
export class Program {
  readonly child: ChildProcess;
  out = "";
  error = "";
  readonly #ended: Promise<Finished>;

  constructor(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout!.on("data", (text: Buffer) => (this.out += text.toString()));
    this.child.stderr!.on("data", (text: Buffer) => (this.error += text.toString()));
    this.#ended = new Promise((resolve) => {
      this.child.once("close", (status, signal) => resolve({ status, signal, out: this.out, error: this.error }));
    });
  }

  get ended(): Promise<Finished> {
    return this.#ended;
  }

  /** Wait until it has said `text`. */
  async says(text: string): Promise<void> {
    while (!this.out.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`it has ended: ${this.out}${this.error}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export class Bed {
  readonly scratch = mkdtempSync(join(tmpdir(), "nuse-posix-"));
  readonly peer = new Namespace("test", "peerposix");
  readonly home = new Namespace("test", "homeposix");
  readonly #programs: Program[] = [];
  engine!: Forwarder;

  constructor() {
    silence(this.home);
    this.home.ip("link", "add", "lan", "type", "veth", "peer", "name", "eth0", "netns", this.peer.name);
    this.home.ip("link", "set", "lan", "up");
    this.peer.ip("address", "add", `${peer.v4}/24`, "dev", "eth0");
    this.peer.ip("address", "add", `${peer.v6}/64`, "dev", "eth0", "nodad");
    this.peer.ip("link", "set", "eth0", "up");
  }

  get socket(): string {
    return join(this.scratch, "stack.sock");
  }

  async start(): Promise<void> {
    this.engine = new Forwarder(this.home, [
      "--port", "eth0=raw:lan", "--addr", `eth0=${stack.v4}/24`, "--addr", `eth0=${stack.v6}/64`,
      "--stack", this.socket,
    ]);
    await this.engine.ready();
  }

  /** Start a program on the stack, in a namespace of the host without any network. */
  program(...command: string[]): Program {
    const program = new Program(built("posix/nuse-run"), ["--stack", this.socket, ...command], { cwd: this.scratch });
    this.#programs.push(program);
    return program;
  }

  run(...command: string[]): Promise<Finished> {
    return this.program(...command).ended;
  }

  /** Start a program of the peer. */
  peerProgram(...command: string[]): Program {
    const [first, ...prefix] = this.peer.prefix;
    const program = new Program(first, [...prefix, ...command], { cwd: this.scratch });
    this.#programs.push(program);
    return program;
  }

  /** The engine's process, under `ip netns exec`, which has become it. */
  get enginePid(): number {
    return this.engine.child.pid!;
  }

  /** What the engine holds for programs: descriptors and windows. */
  held(): { descriptors: number; windows: number } {
    const maps = readFileSync(`/proc/${this.enginePid}/maps`, "utf8");
    return {
      descriptors: readdirSync(`/proc/${this.enginePid}/fd`).length,
      windows: maps.split("\n").filter((line) => line.includes("nuse-window")).length,
    };
  }

  async remove(): Promise<void> {
    for (const { child, ended } of this.#programs) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    }
    await this.engine?.stop("SIGKILL");
    this.peer.remove();
    this.home.remove();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** Made before the tests of the file, removed after them. */
export function useBed(): { readonly bed: Bed } {
  let bed: Bed | undefined;
  beforeAll(async () => {
    bed = new Bed();
    await bed.start();
  });
  afterAll(() => bed?.remove());
  return {
    get bed() {
      return bed!;
    },
  };
}

/** What --private needs to find its engine's kernel. */
export const privateEnvironment = engineEnvironment;
