// SPDX-License-Identifier: GPL-2.0-only
// nuse-engine as a child process in a namespace of the lab.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end } from "./command.js";
import type { Namespace } from "./namespace.js";

const limit = 20_000;

interface Manifest {
  readonly liblinux: string;
  readonly dataplane: string;
}

const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(process.cwd(), "build/setup.json"), "utf8")) as Manifest;

/** A program of dataplane/, by its path in the directory it was built in. */
export const built = (path: string): string => join(manifest().dataplane, path);

export const library = (): string => manifest().liblinux;

export const engineProgram = (): string => built("cli/nuse-engine");

/** What nuse-engine finds its library kernel by. */
export const engineEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, NUSE_LIBLINUX: library() });

/** What the ports have counted: port, counter, value. */
export type PortCounters = ReadonlyMap<string, ReadonlyMap<string, number>>;

function parseCounters(lines: readonly string[]): PortCounters {
  return new Map(
    lines.map((line) => {
      const [port, ...pairs] = line.split(" ");
      return [port!, new Map(pairs.map((pair) => [pair.split("=")[0]!, Number(pair.split("=")[1])]))];
    }),
  );
}

export class Forwarder {
  readonly child: ChildProcess;
  #out = "";
  #error = "";

  /** Start it; `wrap` is put before it inside the namespace. */
  constructor(namespace: Namespace, args: readonly string[], wrap: readonly string[] = []) {
    const [command, ...prefix] = namespace.prefix;
    this.child = spawn(command, [...prefix, ...wrap, engineProgram(), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: engineEnvironment(),
    });
    this.child.stdout!.on("data", (text: Buffer) => (this.#out += text.toString()));
    this.child.stderr!.on("data", (text: Buffer) => (this.#error += text.toString()));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Standard output and error so far. */
  get said(): { readonly out: string; readonly error: string } {
    return { out: this.#out, error: this.#error };
  }

  /** Wait until it forwards; throws with what it says if it ends instead. */
  async ready(): Promise<void> {
    await this.#until(() => this.#out.includes("forwarding\n"), "does not forward");
  }

  /** Ask it for its counters, which come as a line a port. */
  async counters(): Promise<PortCounters> {
    const before = this.#out.length;
    const ports = this.child.spawnargs.filter((arg) => arg === "--port").length;
    const lines = (): string[] => this.#out.slice(before).split("\n").slice(0, -1);
    this.child.kill("SIGUSR1");
    await this.#until(() => lines().length >= ports, "does not tell its counters");
    return parseCounters(lines());
  }

  /** Stop it; its exit status. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    return end(this.child, signal);
  }

  async #until(holds: () => boolean, complaint: string): Promise<void> {
    const deadline = Date.now() + limit;
    while (!holds()) {
      if (!this.running) {
        throw new Error(`nuse-engine has ended (${this.child.exitCode ?? this.child.signalCode}): ${this.#error}`);
      }
      if (Date.now() > deadline) throw new Error(`nuse-engine ${complaint}: ${this.#error}`);
      await sleep(5);
    }
  }
}
