// SPDX-License-Identifier: GPL-2.0-only
// Live rates: in place on a terminal, a table a second to anything else.

import type { Event, Rates } from "../../api/schema/events.js";
import type { Client } from "../client.js";
import { follow } from "../events.js";
import { bold, say, scaled } from "../output.js";
import { formatTable } from "../table.js";

export interface MonitorOptions {
  readonly json?: boolean | undefined;
  /** End after so many seconds' rates. */
  readonly count?: number | undefined;
}

const remembered = 5;

export async function monitor(client: Client, { json, count = Infinity }: MonitorOptions): Promise<void> {
  const inPlace = process.stdout.isTTY === true && !json;
  const news: string[] = [];
  let shown = 0;
  for await (const event of follow(client, { events: "rates,link,config" })) {
    if (json) {
      say(JSON.stringify({ event: event.name, ...event.content }));
    } else if (event.name === "rates") {
      const text = formatRates(event.content);
      if (inPlace) process.stdout.write(`\x1b[H\x1b[2J${text}\n${news.join("\n")}\n`);
      else process.stdout.write(`${text}\n`);
    } else {
      news.push(describe(event));
      news.splice(0, news.length - remembered);
      if (!inPlace) say(news.at(-1)!);
    }
    if (event.name === "rates" && ++shown >= count) return;
  }
}

function describe(event: Event): string {
  if (event.name === "link") return `interface ${event.content.name}: ${event.content.change}`;
  return event.name === "config" ? `configuration: revision ${event.content.number} (${event.content.origin}) ${event.content.state}` : "";
}

function formatRates({ time, workers, ports, interfaces }: Rates): string {
  const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
  return [
    `${time}\n`,
    formatTable([
      { title: "WORKER", value: ({ worker }) => String(worker) },
      { title: "BUSY", value: ({ busy }) => percent(busy) },
      { title: "RECEIVED", value: ({ frames }) => scaled(frames, "frame/s") },
      { title: "DROPPED", value: ({ drops }) => scaled(drops, "frame/s") },
    ], workers, bold),
    formatTable([...traffic("PORT")], ports, bold),
    formatTable([...traffic("INTERFACE")], interfaces, bold),
  ].join("\n");
}

const traffic = (title: string) => [
  { title, value: ({ name }: Rates["ports"][number]) => name },
  { title: "RX", value: ({ rxFrames }: Rates["ports"][number]) => scaled(rxFrames, "frame/s") },
  { title: "RX", value: ({ rxBits }: Rates["ports"][number]) => scaled(rxBits, "bit/s") },
  { title: "TX", value: ({ txFrames }: Rates["ports"][number]) => scaled(txFrames, "frame/s") },
  { title: "TX", value: ({ txBits }: Rates["ports"][number]) => scaled(txBits, "bit/s") },
  { title: "DROPS", value: ({ rxDrops, txDrops }: Rates["ports"][number]) => scaled(rxDrops + txDrops, "frame/s") },
];
