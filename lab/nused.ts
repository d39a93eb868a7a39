// SPDX-License-Identifier: GPL-2.0-only
// nused as a child process in a namespace of the lab.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end } from "./command.js";
import { get, parseMetrics } from "./http.js";
import type { Namespace } from "./namespace.js";

const startLimit = 20_000;

/** package.json's directory: labs are run from the checkout. */
const program = join(process.cwd(), "build/js/control/cli/nused.js");

export class Nused {
  readonly child: ChildProcess;
  readonly socket: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly #dir: string;

  /** Start it; `config` is the file's text without its api section. */
  constructor(namespace: Namespace, config: string) {
    this.#dir = mkdtempSync(join(tmpdir(), "nuse-lab-"));
    this.socket = join(this.#dir, "nused.sock");
    this.configFile = join(this.#dir, "nuse.yaml");
    this.logFile = join(this.#dir, "nused.log");
    this.configure(config);
    const log = openSync(this.logFile, "w");
    const [command, ...args] = [...namespace.prefix, process.execPath, program, "--config", this.configFile];
    this.child = spawn(command!, args, { stdio: ["ignore", log, log] });
    closeSync(log);
  }

  /** Write another configuration; reload() applies it. */
  configure(config: string): void {
    const fitting = availableParallelism() > 1 ? config : config.replace(/cpus: \[\d+\]/, "cpus: [0]");
    writeFileSync(this.configFile, `${fitting}\napi:\n  listen: unix:${this.socket}\n`);
  }

  /** Wait until it serves; throws with its log if it ends instead. */
  async ready(): Promise<void> {
    const deadline = Date.now() + startLimit;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`nused has ended (${this.child.exitCode ?? this.child.signalCode}):\n${this.log()}`);
      }
      const answer = await get(this.socket, "/healthz").catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(50);
    }
    throw new Error(`nused is not ready after ${startLimit / 1000} s:\n${this.log()}`);
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  async metrics(): Promise<Map<string, number>> {
    return parseMetrics((await get(this.socket, "/metrics")).body);
  }

  /** Stop it and forget its files; its exit status. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const status = await end(this.child, signal);
    this.forget();
    return status;
  }

  /** Remove its files, running or not. */
  forget(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
