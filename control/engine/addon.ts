// SPDX-License-Identifier: GPL-2.0-only
// Border 3 as JavaScript sees it: what native/ offers, and where it is.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { NuseError } from "../errors.js";
import { packageRoot } from "./places.js";

export interface EngineOptions {
  /** Path of liblinux.so. */
  readonly library: string;
  /** Added to the command line of each kernel. */
  readonly commandLine: string;
  /** RAM of each worker's instance, bytes. */
  readonly memory: number;
}

export interface WorkerOptions {
  /** Processor to run on; -1 leaves it to the host. */
  readonly cpu: number;
  readonly idle: "poll" | "adaptive" | "interrupt";
}

/** Counters by name at one moment; reading them costs the worker nothing. */
export interface Counters {
  readonly names: readonly string[];
  readonly values: BigUint64Array;
}

/** Frames that a worker's kernel dropped. */
export interface Drop {
  /** The kernel's name for it, such as NO_SOCKET. */
  readonly reason: string;
  /** "function+0x12/0x345" */
  readonly place: string;
  readonly frames: number;
}

/** Workers are told apart by number; the lowest that is free is given first. */
export interface NativeEngine {
  /** Boot a kernel on a thread of its own; the worker's number. */
  addWorker(options: WorkerOptions): Promise<number>;
  /** Stop a worker and take its parts of ports and its instance away. */
  removeWorker(worker: number): Promise<number>;
  /** Open a device for some workers or all, and make an interface in the kernel of each, down. */
  addPort(name: string, device: string, queues: number, workers?: readonly number[]): Promise<number>;
  removePort(name: string): Promise<number>;
  /** Give one more worker queues of the port, and an interface. */
  sharePort(name: string, worker: number): Promise<number>;
  /** Take them away; with the last worker's the port goes. */
  unsharePort(name: string, worker: number): Promise<number>;
  /** Serve programs of other processes (nuse-run) at a unix socket until the worker is removed. */
  listenForPrograms(worker: number, path: string, mode: number): Promise<number>;
  counters(worker: number): Counters;
  drops(worker: number): Drop[];
  /** The device's side of a worker's part of a port. */
  portCounters(name: string, worker: number): Counters;
  /** What the kernel has logged since the last call; lines may be cut anywhere. */
  readLog(worker: number): string;
  /** The panic message of a kernel that has died. */
  panic(worker: number): string | null;
  openClient(worker: number): NativeClient;
  /** libnftables at work on the worker's kernel; files below `includes` may be included. */
  openNft(worker: number, includes?: string): NativeNft;
}

export interface NftOptions {
  /** Commands may be JSON, and the output is. */
  readonly json?: boolean;
  /** Output what was added. */
  readonly echo?: boolean;
  readonly handle?: boolean;
  /** List without counts. */
  readonly stateless?: boolean;
  /** List sets without elements. */
  readonly terse?: boolean;
  /** Let the kernel judge, and change nothing. */
  readonly dryRun?: boolean;
}

export interface NftAnswer {
  readonly ok: boolean;
  readonly output: string;
  /** "commands:LINE:FIRST-LAST: Error: ...", the line, and marks below it; warnings too. */
  readonly error: string;
}

export interface NativeNft {
  /** Run commands as one transaction; rejects only when the worker's kernel cannot be reached. */
  run(commands: string, options?: NftOptions): Promise<NftAnswer>;
  /** What was begun comes to its end. */
  close(): void;
}

export type CallArgument = number | bigint | Uint8Array | null;

/** One task of a worker's kernel: its calls run one after the other. */
export interface NativeClient {
  /** The result, negative errno included. Buffers are read and written in place. */
  call(nr: number, ...args: CallArgument[]): Promise<number>;
  /** End the task; calls not over give -ECANCELED or -EINTR. */
  close(): void;
}

export interface Addon {
  readonly Engine: new (options: EngineOptions) => NativeEngine;
  /** Where bytes are, for what a system call's arguments point to; keep them while it is used. */
  addressOf(bytes: Uint8Array): bigint;
  /**
   * Descriptor of the file at `path`, which is made if need be and locked until
   * it is closed, at the latest by the process's end; -1 if another process has it.
   */
  lock(path: string): number;
  /** sd_notify(3): tells the service manager, if there is one. */
  notify(state: string): boolean;
}

/** In a checkout where set-up built it, else beside package.json. */
function findAddon(): string {
  const built = join(packageRoot(), "build/native/Release/nuse.node");
  return existsSync(built) ? built : join(packageRoot(), "nuse.node");
}

export function loadAddon(): Addon {
  try {
    return createRequire(import.meta.url)(findAddon()) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("engine.unavailable", `cannot load the engine: ${reason}`, {
      hint: "npm run setup builds it",
      cause,
    });
  }
}
