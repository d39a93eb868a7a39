// SPDX-License-Identifier: GPL-2.0-only
// Server-sent events. A client that does not read what is sent to it is let go:
// nothing waits for it, and what it has not read is bounded.

import type { ServerResponse } from "node:http";
import Type from "typebox";
import { NuseError } from "../../errors.js";
import { levels, reaches } from "../logbook.js";
import { problems } from "../server.js";
import { events } from "../schema/events.js";
import type { Event, EventName, LogLevel } from "../schema/events.js";
import type { ApiSources } from "../sources.js";
import type { Server } from "../typebox.js";
import { apiVersion } from "../version.js";

const most = 256;
const unreadLimit = 256 * 1024;
const heartbeat = 15_000;

const names = Object.keys(events) as EventName[];

const Query = Type.Object(
  {
    events: Type.Optional(Type.String({
      pattern: `^(${names.join("|")})(,(${names.join("|")}))*$`,
      description: `which, with commas between: ${names.join(", ")}; without it, all`,
    })),
    level: Type.Enum(levels as LogLevel[], { default: "info", description: "the least grave log lines to tell" }),
  },
  { additionalProperties: false },
);

export function eventRoutes(server: Server, { feed }: ApiSources): void {
  const clients = new Set<ServerResponse>();

  server.get("/v1/events", {
    schema: {
      summary: "Rates each second, changes of links and of the configuration, log lines, as server-sent events",
      querystring: Query, produces: ["text/event-stream"], response: problems,
    },
  }, (request, reply) => {
    if (clients.size >= most) throw new NuseError("api.busy", `${most} clients listen already`);
    const { events: list, level } = request.query;
    const wanted = new Set<string>(list?.split(",") ?? names);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "nuse-api": apiVersion });
    raw.write(": nused\n\n");
    clients.add(raw);
    const unlisten = feed.listen((event) => {
      if (wanted.has(event.name) && (event.name !== "log" || reaches(event.content.level, level))) send(raw, format(event));
    });
    const beat = setInterval(() => send(raw, ":\n\n"), heartbeat);
    raw.once("close", () => {
      clearInterval(beat);
      unlisten();
      clients.delete(raw);
    });
  });
}

function send(raw: ServerResponse, text: string): void {
  if (raw.writableLength > unreadLimit) raw.destroy();
  else raw.write(text);
}

const formatted = new WeakMap<Event, string>();

/** The same text for all who hear of an event. */
function format(event: Event): string {
  let text = formatted.get(event);
  if (text === undefined) {
    text = `event: ${event.name}\ndata: ${JSON.stringify(event.content)}\n\n`;
    formatted.set(event, text);
  }
  return text;
}
