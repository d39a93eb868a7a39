// SPDX-License-Identifier: GPL-2.0-only
// The kernel's log and its death, looked at now and then: the worker never
// calls JavaScript.

import type { NativeEngine } from "../engine/addon.js";

const interval = 50;

export interface KernelEvents {
  /** A line of a kernel's log. */
  onLog(worker: number, line: string): void;
  /** A kernel has died of this; said once. */
  onDeath(worker: number, reason: string): void;
}

/** Watch a worker's kernel until the function that is returned is called. */
export function watchKernel(engine: NativeEngine, worker: number, { onLog, onDeath }: KernelEvents): () => void {
  let rest = "";
  const look = (): void => {
    const lines = (rest + engine.readLog(worker)).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach((line) => onLog(worker, line.trimEnd()));
    const reason = engine.panic(worker);
    if (reason !== null) {
      clearInterval(timer);
      onDeath(worker, reason);
    }
  };
  const timer = setInterval(look, interval);
  return () => {
    clearInterval(timer);
    if (engine.panic(worker) === null) look();
  };
}
