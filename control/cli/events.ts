// SPDX-License-Identifier: GPL-2.0-only
// Server-sent events, as nused sends them.

import type { Event } from "../api/schema/events.js";
import type { Client } from "./client.js";
import { splitLines } from "./client.js";
import { NuseError } from "../errors.js";

/** Events until nused ends, which is an error: nobody asked it to. */
export async function* follow(client: Client, query: Readonly<Record<string, string>>): AsyncGenerator<Event> {
  const answer = await client.open("/v1/events", { query, accept: "text/event-stream" });
  let name = "";
  try {
    for await (const line of splitLines(answer)) {
      if (line.startsWith("event: ")) name = line.slice("event: ".length);
      else if (line.startsWith("data: ")) yield { name, content: JSON.parse(line.slice("data: ".length)) as unknown } as Event;
    }
  } catch (cause) {
    throw new NuseError("api.unreachable", "the connection to nused broke", { cause });
  }
  throw new NuseError("api.unreachable", "nused has ended the connection");
}
