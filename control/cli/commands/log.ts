// SPDX-License-Identifier: GPL-2.0-only

import type { LogLevel, LogLine } from "../../api/schema/events.js";
import type { Client } from "../client.js";
import { follow } from "../events.js";
import { red, say, yellow } from "../output.js";

export interface LogOptions {
  readonly follow?: boolean | undefined;
  readonly level: LogLevel;
  readonly lines: number;
  readonly json?: boolean | undefined;
}

export async function showLog(client: Client, { follow: more, level, lines, json }: LogOptions): Promise<void> {
  const show = (line: LogLine): boolean => say(json ? JSON.stringify(line) : formatLine(line));
  (await client.get<LogLine[]>("/v1/log", { level, lines })).forEach(show);
  if (!more) return;
  for await (const event of follow(client, { events: "log", level })) {
    if (event.name === "log") show(event.content);
  }
}

const paint = (level: LogLevel, text: string): string =>
  level === "error" || level === "fatal" ? red(text) : level === "warn" ? yellow(text) : text;

const formatLine = ({ time, level, message, from, worker }: LogLine): string =>
  `${time} ${paint(level, level.padEnd(5))} ${from === undefined ? "" : `${from} ${worker ?? ""}: `}${message}`;
