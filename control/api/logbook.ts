// SPDX-License-Identifier: GPL-2.0-only
// The last lines of nused's log, for who asks, and new ones for who listens. A
// stream to pino.

import type { LogLevel, LogLine } from "./schema/events.js";

export const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

const levelOf = (number: number): LogLevel => levels[Math.min(Math.max(Math.floor(number / 10) - 1, 0), levels.length - 1)]!;

/** Is `level` as grave as `least`? */
export const reaches = (level: LogLevel, least: LogLevel): boolean => levels.indexOf(level) >= levels.indexOf(least);

export class LogBook {
  readonly #capacity: number;
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();

  constructor(capacity = 2000) {
    this.#capacity = capacity;
  }

  /** A line of JSON, as pino writes it. Those of kernels come by kernelSaid(), whatever nused's level. */
  write(json: string): void {
    const line = parseLine(json);
    if (line && line.from !== "kernel") this.#add(line);
  }

  kernelSaid(worker: number, message: string): void {
    this.#add({ time: new Date().toISOString(), level: "debug", message, from: "kernel", worker });
  }

  #add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#capacity) this.#lines.shift();
    this.#listeners.forEach((tell) => tell(line));
  }

  /** The last `count` lines that reach a level, oldest first. */
  recent(count: number, least: LogLevel): LogLine[] {
    return this.#lines.filter(({ level }) => reaches(level, least)).slice(-count);
  }

  /** Hear of each new line, until the function that is returned is called. */
  listen(tell: (line: LogLine) => void): () => void {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }
}

function parseLine(json: string): LogLine | undefined {
  const { level, time, msg, from, worker } = parsed(json);
  if (typeof msg !== "string") return undefined;
  return {
    time: typeof time === "string" ? time : new Date().toISOString(),
    level: typeof level === "number" ? levelOf(level) : "info",
    message: msg,
    ...(typeof from === "string" && { from }),
    ...(typeof worker === "number" && { worker }),
  };
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {};
  }
}
