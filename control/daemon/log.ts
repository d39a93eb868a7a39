// SPDX-License-Identifier: GPL-2.0-only

import { pino } from "pino";
import type { Logger } from "pino";

export type { Logger } from "pino";

/** JSON lines on standard output; synchronous, so that the last words are kept. */
export const createLog = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: true }));
