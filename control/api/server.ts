// SPDX-License-Identifier: GPL-2.0-only
// The HTTP API: metrics, health, status.

import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { formatError } from "../errors.js";

export interface Health {
  readonly healthy: boolean;
  readonly reason?: string | undefined;
}

export interface ApiSources {
  readonly registry: Registry;
  health(): Health;
  status(): Promise<unknown>;
}

export function createApi({ registry, health, status }: ApiSources): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: 64 * 1024, forceCloseConnections: true });

  server.get("/metrics", async (_request, reply) => {
    void reply.type(registry.contentType);
    return registry.metrics();
  });
  server.get("/healthz", async (_request, reply) => {
    const answer = health();
    void reply.code(answer.healthy ? 200 : 503);
    return answer;
  });
  server.get("/status", () => status());

  server.setErrorHandler((error, _request, reply) => {
    const known = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
    void reply.code(known).send({ error: known < 500 && error instanceof Error ? error.message : formatError(error).split("\n")[0] });
  });
  return server;
}
