// SPDX-License-Identifier: GPL-2.0-only
// Tables of the kernels. Those that may be long are paged, or streamed as lines
// of JSON to whoever accepts application/x-ndjson.

import Type from "typebox";
import type { TSchema } from "typebox";
import { natRules } from "../../show/nat.js";
import { RouteFilter } from "../../show/routes.js";
import { problems } from "../server.js";
import { Connection, Drop, Firewall, Interface, NatRule, Neighbour, Queue, Route, Rule } from "../schema/tables.js";
import type { ApiSources, Tables } from "../sources.js";
import { page, streamLines, wantsLines } from "../stream.js";
import type { Server } from "../typebox.js";

const strict = { additionalProperties: false };

const Worker = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 63, description: "this worker's kernel; without it, the counters of all together" }),
);

const Page = {
  offset: Type.Integer({ minimum: 0, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1000 }),
  worker: Worker,
};

const Ask = Type.Object({ worker: Worker }, strict);

interface Table<T extends TSchema> {
  readonly url: string;
  readonly summary: string;
  readonly row: T;
  read(tables: Tables, worker: number | undefined): Type.Static<T>[] | Promise<Type.Static<T>[]>;
}

function short<T extends TSchema>(server: Server, { tables }: ApiSources, { url, summary, row, read }: Table<T>): void {
  server.get(url, {
    schema: { summary, querystring: Ask, response: { 200: Type.Array(row), ...problems } },
  }, async ({ query }, reply) => reply.send(await read(tables, query.worker) as never));
}

const paged = <T extends TSchema>(name: string, row: T) =>
  Type.Object({ [name]: Type.Array(row), next: Type.Union([Type.Integer(), Type.Null()], { description: "offset of the next page" }) });

export function tableRoutes(server: Server, sources: ApiSources): void {
  const { tables } = sources;

  short(server, sources, {
    url: "/v1/interfaces", summary: "Interfaces with their addresses and counters", row: Interface,
    read: (from, worker) => from.interfaces(worker),
  });
  short(server, sources, {
    url: "/v1/neighbours", summary: "Neighbours (ARP and neighbour discovery)", row: Neighbour,
    read: (from, worker) => from.neighbours(worker),
  });
  short(server, sources, {
    url: "/v1/rules", summary: "Rules that choose a routing table", row: Rule,
    read: (from, worker) => from.rules(worker),
  });
  short(server, sources, {
    url: "/v1/qos", summary: "Queueing disciplines, classes and filters with their counters", row: Queue,
    read: (from, worker) => from.queues(worker),
  });
  short(server, sources, {
    url: "/v1/drops", summary: "Dropped frames, by reason and by the function that dropped them", row: Drop,
    read: (from, worker) => from.drops(worker),
  });
  short(server, sources, {
    url: "/v1/nat", summary: "Rules of the chains that translate addresses", row: NatRule,
    read: async (from, worker) => natRules((await from.firewall(worker)).text),
  });

  server.get("/v1/firewall", {
    schema: { summary: "The firewall's rules", querystring: Ask, response: { 200: Firewall, ...problems } },
  }, ({ query }) => tables.firewall(query.worker));

  server.get("/v1/routes", {
    schema: {
      summary: "Routes: a page, or all as lines of JSON",
      querystring: Type.Object({ ...RouteFilter.properties, ...Page }, strict),
      produces: ["application/json", "application/x-ndjson"],
      response: { 200: paged("routes", Route), ...problems },
    },
  }, async (request, reply) => {
    const { offset, limit, worker, ...filter } = request.query;
    const rows = tables.routes(filter, worker);
    if (wantsLines(request)) return streamLines(reply, rows);
    const { found, next } = await page(rows, offset, limit);
    return { routes: found, next };
  });

  server.get("/v1/conntrack", {
    schema: {
      summary: "Tracked connections: a page, or all as lines of JSON",
      querystring: Type.Object(Page, strict),
      produces: ["application/json", "application/x-ndjson"],
      response: { 200: paged("connections", Connection), ...problems },
    },
  }, async (request, reply) => {
    const { offset, limit, worker } = request.query;
    const rows = tables.connections(worker);
    if (wantsLines(request)) return streamLines(reply, rows);
    const { found, next } = await page(rows, offset, limit);
    return { connections: found, next };
  });
}
