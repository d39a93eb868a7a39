// SPDX-License-Identifier: GPL-2.0-only

import type { Status } from "../../api/schema/status.js";
import type { Client } from "../client.js";
import { duration, green, printJson, red, say, yellow } from "../output.js";
import { formatTable } from "../table.js";

export async function showStatus(client: Client, { json }: { readonly json?: boolean | undefined }): Promise<void> {
  const status = await client.get<Status>("/v1/status");
  if (json) {
    printJson(status);
    return;
  }
  const { health, revision, confirmUntil, fallback, drift = [] } = status;
  say(`nused ${status.version}, process ${status.pid}, up ${duration(status.uptimeSeconds)}: ${health.healthy ? green("healthy") : red(health.reason ?? "ill")}`);
  say(`configuration ${status.config}, revision ${revision.number} of ${revision.time} (${revision.origin})`);
  if (confirmUntil !== undefined) say(yellow(`  waits to be confirmed until ${confirmUntil}: nuse config confirm`));
  if (fallback) say(red(`  the file cannot be used, revision ${fallback.revision} is in force instead: ${fallback.reason}`));
  if (drift.length > 0) say(yellow(`  changed by others in ${drift.length} places: nuse config drift`));
  say("");
  process.stdout.write(formatTable([
    { title: "WORKER", value: ({ worker }) => String(worker) },
    { title: "CPU", value: ({ cpu }) => (cpu === undefined ? "any" : String(cpu)) },
    { title: "STATE", value: ({ state }) => state },
    { title: "RESTARTS", value: ({ restarts }) => restarts },
  ], status.workers));
  say("");
  process.stdout.write(formatTable([
    { title: "PORT", value: ({ name }) => name },
    { title: "DEVICE", value: ({ device }) => device },
    { title: "QUEUES", value: ({ queues }) => queues },
    { title: "STATE", value: ({ reason }) => (reason === undefined ? "open" : `waits: ${reason}`) },
  ], status.ports));
}
