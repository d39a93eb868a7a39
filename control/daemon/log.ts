// SPDX-License-Identifier: GPL-2.0-only

import { fstatSync } from "node:fs";
import { pino } from "pino";
import type { Logger } from "pino";

export type { Logger } from "pino";

interface Writable {
  write(line: string): unknown;
}

/** JSON lines on standard output; synchronous, so that the last words are kept. `listener` gets each of them too. */
export function createLog(level: string, listener: Writable): Logger {
  const output = pino.destination({ fd: 1, sync: true });
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, both(output, isJournal(1), listener));
}

/** The service manager names the journal's socket by device and inode. */
function isJournal(fd: number): boolean {
  const { dev, ino } = fstatSync(fd);
  return process.env["JOURNAL_STREAM"] === `${dev}:${ino}`;
}

/** sd-daemon(3): the journal takes a priority off the front of each line. */
export function priority(level: number): string {
  if (level >= 60) return "<2>";
  if (level >= 50) return "<3>";
  if (level >= 40) return "<4>";
  return level >= 30 ? "<6>" : "<7>";
}

/** pino leaves the level of each line in `lastLevel` of a stream that asks for it. */
function both(output: Writable, journal: boolean, listener: Writable) {
  return {
    [Symbol.for("pino.metadata")]: true,
    lastLevel: 0,
    write(line: string): void {
      output.write(journal ? `${priority(this.lastLevel)}${line}` : line);
      listener.write(line);
    },
  };
}
