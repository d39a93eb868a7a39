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
const built = join(process.cwd(), "build/js/control/cli/nused.js");

export interface NusedSettings {
  /** The directory of an earlier one: its state, and its file if `config` is undefined. */
  readonly home?: string;
  /** What to run instead of nused itself, with a channel to its parent. */
  readonly steered?: string;
  /** The program to run as nused. */
  readonly program?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs its arguments, around it. */
  readonly within?: readonly string[];
}

export class Nused {
  readonly child: ChildProcess;
  readonly socket: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly home: string;

  /** Start it; `config` is the file's text, whose api section, if it has one, says SOCKET for the socket. */
  constructor(namespace: Namespace, config: string | undefined, { home, steered, program = built, environment, within = [] }: NusedSettings = {}) {
    this.home = home ?? mkdtempSync(join(tmpdir(), "nuse-lab-"));
    this.socket = join(this.home, "nused.sock");
    this.configFile = join(this.home, "nuse.yaml");
    this.logFile = join(this.home, "nused.log");
    if (config !== undefined) this.configure(config);
    const log = openSync(this.logFile, "w");
    const [command, ...args] = [...namespace.prefix, ...within, process.execPath, steered ?? program, "--config", this.configFile];
    const env = { ...process.env, STATE_DIRECTORY: join(this.home, "state"), ...environment };
    this.child = spawn(command!, args, { stdio: ["ignore", log, log, ...(steered ? ["ipc" as const] : [])], env });
    closeSync(log);
  }

  /** Write another configuration; reload() applies it. */
  configure(config: string): void {
    writeFileSync(this.configFile, this.complete(config));
  }

  /** What the file says when it is told `config`. */
  complete(config: string): string {
    const fitting = availableParallelism() > 1 ? config : config.replace(/cpus: \[\d+\]/, "cpus: [0]");
    const api = fitting.includes("\napi:") ? "" : "api:\n  listen: unix:SOCKET\n";
    return `${fitting}\n${api}`.replaceAll("SOCKET", this.socket);
  }

  /** Wait until it serves, everywhere it is told to; throws with its log if it ends instead. */
  async ready(): Promise<void> {
    const deadline = Date.now() + startLimit;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`nused has ended (${this.child.exitCode ?? this.child.signalCode}):\n${this.log()}`);
      }
      const answer = await get(this.socket, "/healthz").catch(() => undefined);
      if (answer?.status === 200 && this.log().includes('"msg":"ready"')) return;
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

  /** Stop it; its exit status. Another one may go on in its home. */
  end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    return end(this.child, signal);
  }

  /** Stop it and forget its files; its exit status. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const status = await this.end(signal);
    this.forget();
    return status;
  }

  /** Remove its files, running or not. */
  forget(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
