// SPDX-License-Identifier: GPL-2.0-only
// The benchmark of metrics: `npm run bench -- metrics`.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { get } from "../../lab/http.js";
import { hosts } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { removeLeftovers } from "../../lab/namespace.js";
import { reachable } from "../../lab/traffic.js";
import { routerMac, vethBed } from "../ports/bed.js";
import { forwarding } from "../ports/measure.js";
import { format, percentile, ratios, summarise } from "../ports/result.js";
import { measureTables } from "./tables.js";

const load = { size: 64, flows: 1000 };

/** Scrape once a second until the function that is returned is called. */
function scraping(socket: string): () => Promise<void> {
  let over = false;
  const loop = (async () => {
    while (!over) {
      await Promise.all([get(socket, "/metrics"), sleep(1000)]);
    }
  })();
  return async () => {
    over = true;
    await loop;
  };
}

/** Frames a second without anybody who scrapes, and with one, in turn. */
async function forwardingRates(rounds: number): Promise<{ alone: number[]; scraped: number[] }> {
  const bed = vethBed();
  const rates = { alone: [] as number[], scraped: [] as number[] };
  bed.router.ip("link", "set", "left0", "address", routerMac.left);
  const config = readFileSync("config/demo.yaml", "utf8")
    .replace("cpus: [1]", "cpus: [0]").replace("routes:", `routes:\n  - { to: default, via: ${hosts.b.v4} }`);
  const nused = new Nused(bed.router, config);
  try {
    await nused.ready();
    bed.inhabit();
    if (!(await reachable(bed.left, hosts.b.v4))) throw new Error("nused does not forward");
    for (let round = 0; round < rounds; round++) {
      rates.alone.push((await forwarding(bed, load)).forwarded);
      const stop = scraping(nused.socket);
      rates.scraped.push((await forwarding(bed, load)).forwarded);
      await stop();
    }
    return rates;
  } finally {
    await nused.stop();
    bed.remove();
  }
}

const { rounds } = new Command("metrics")
  .description("what a scrape takes, and what it costs forwarding")
  .option("--rounds <n>", "rounds of forwarding", Number, 10)
  .parse()
  .opts<{ rounds: number }>();

removeLeftovers();
for (const [interfaces, routes] of [[2, 0], [50, 0], [50, 500_000]] as const) {
  const { scrape, samples, count } = await measureTables(interfaces, routes);
  console.log(
    `${interfaces} interfaces, ${routes} routes: ${samples} samples, scrape p50 ${percentile(scrape, 0.5).toFixed(1)} ms, ` +
    `worst of ${scrape.length} ${scrape.at(-1)!.toFixed(1)} ms; routes counted in ${count.toFixed(0)} ms`,
  );
}
const { alone, scraped } = await forwardingRates(rounds);
console.log(`forwarding, Mpps: ${format(summarise(alone.map((rate) => rate / 1e6)), 3)}; scraped once a second ${format(summarise(scraped.map((rate) => rate / 1e6)), 3)}`);
console.log(`ratio: ${format(summarise(ratios(scraped, alone)), 3)}`);
