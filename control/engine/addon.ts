// SPDX-License-Identifier: GPL-2.0-only
// Border 3 as JavaScript sees it: what native/ offers, and where it is.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NuseError } from "../errors.js";

export interface EngineOptions {
  /** Path of liblinux.so. */
  readonly library: string;
  /** Added to the kernel's command line. */
  readonly commandLine: string;
  /** RAM of the instance, bytes. */
  readonly memory: number;
  /** Processor of the worker; -1 leaves it to the host. */
  readonly cpu: number;
  readonly idle: "poll" | "adaptive" | "interrupt";
}

/** Counters by name; reading them costs the worker nothing. */
export interface Counters {
  readonly names: readonly string[];
  readonly values: BigUint64Array;
}

export interface NativeEngine {
  /** Run the worker and boot its kernel. */
  start(): Promise<number>;
  /** Stop the worker and take ports and instance away. */
  stop(): Promise<number>;
  /** Open a device and make its interface, down; the interface's index. */
  addPort(name: string, device: string, queues: number): Promise<number>;
  removePort(name: string): Promise<number>;
  /** Counters of the worker's loop, in memory that it writes: always up to date. */
  counters(): Counters;
  /** A copy of a port's counters at this moment. */
  portCounters(name: string): Counters;
  /** What the kernel has logged since the last call; lines may be cut anywhere. */
  readLog(): string;
  /** The panic message of a kernel that has died. */
  panic(): string | null;
  openClient(): NativeClient;
}

export type CallArgument = number | bigint | Uint8Array | null;

/** One task of the library kernel: its calls run one after the other. */
export interface NativeClient {
  /** The result, negative errno included. Buffers are read and written in place. */
  call(nr: number, ...args: CallArgument[]): Promise<number>;
  /** End the task; calls not over give -ECANCELED or -EINTR. */
  close(): void;
}

export interface Addon {
  readonly Engine: new (options: EngineOptions) => NativeEngine;
  /** sd_notify(3): tells the service manager, if there is one. */
  notify(state: string): boolean;
}

const installed = "/usr/lib/nuse";

/** The directory that holds package.json, wherever this file was compiled to. */
function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json"))) {
    if (dir === dirname(dir)) return installed;
    dir = dirname(dir);
  }
  return dir;
}

export function loadAddon(): Addon {
  const path = join(packageRoot(), "build/native/Release/nuse.node");
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("engine.unavailable", `cannot load the engine: ${reason}`, {
      hint: "npm run setup builds it",
      cause,
    });
  }
}

/** The library kernel that set-up built, or the installed one. */
export function findLibrary(): string {
  const fromEnvironment = process.env["NUSE_LIBLINUX"];
  if (fromEnvironment) return fromEnvironment;
  const manifest = join(packageRoot(), "build/setup.json");
  if (!existsSync(manifest)) return join(installed, "liblinux.so");
  const { liblinux } = JSON.parse(readFileSync(manifest, "utf8")) as { liblinux: string };
  return liblinux;
}
