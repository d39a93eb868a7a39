// SPDX-License-Identifier: GPL-2.0-only
// The HTTP server of one place to listen on: what guards it, and its routes.

import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import underPressure from "@fastify/under-pressure";
import fastify from "fastify";
import { NuseError } from "../errors.js";
import { requireToken } from "./auth.js";
import { answerBroken } from "./broken.js";
import { Problem, problemType, toProblem } from "./problem.js";
import { captureRoutes } from "./routes/capture.js";
import { configRoutes } from "./routes/config.js";
import { eventRoutes } from "./routes/events.js";
import { statusRoutes } from "./routes/status.js";
import { tableRoutes } from "./routes/tables.js";
import type { ApiSources } from "./sources.js";
import type { Server } from "./typebox.js";
import { apiVersion, programVersion } from "./version.js";

export interface Guards {
  /** Who has none of them is not let in; undefined lets everybody in whom the socket does. */
  readonly tokens?: readonly string[] | undefined;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly ca: Buffer | undefined } | undefined;
  /** Requests a second of one address; undefined for a socket, where all have the same. */
  readonly requestsPerSecond?: number | undefined;
  /** A request must be there in so many milliseconds. */
  readonly patience?: number | undefined;
}

const kilobyte = 1024;
const patience = 10_000;

const options = (guards: Guards) => ({
  logger: false,
  bodyLimit: 64 * kilobyte,
  forceCloseConnections: true,
  requestTimeout: guards.patience ?? patience,
  keepAliveTimeout: 3 * patience,
  return503OnClosing: false,
  clientErrorHandler: answerBroken,
  routerOptions: { maxParamLength: 100 },
  ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, allErrors: false } },
});

/** What must be answered however busy nused is. */
const urgent = new Set(["/healthz", "/v1/health", "/metrics", "/v1/metrics", "/v1/config/confirm", "/v1/config/rollback"]);

export async function createApi(sources: ApiSources, guards: Guards = {}): Promise<Server> {
  const server = create(guards);
  server.server.headersTimeout = guards.patience ?? patience;
  server.server.maxConnections = 1024;
  server.addHook("onRequest", async (_request, reply) => void reply.header("nuse-api", apiVersion));
  if (guards.requestsPerSecond !== undefined) {
    // Before the token is looked at: guessing tokens is limited as well.
    await server.register(rateLimit, { global: false, max: guards.requestsPerSecond, timeWindow: "1 second" });
    server.addHook("onRequest", server.rateLimit());
  }
  if (guards.tokens) requireToken(server, guards.tokens);
  await server.register(underPressure, {
    maxEventLoopDelay: 1000,
    maxHeapUsedBytes: 1024 * kilobyte * kilobyte,
    retryAfter: 5,
    pressureHandler: (request) => {
      if (!urgent.has(request.url)) throw new NuseError("api.busy", "nused is too busy for this", { hint: "try again in some seconds" });
    },
  });
  await server.register(swagger, { openapi: description });
  answerErrors(server);
  server.register(async (routes: Server) => {
    statusRoutes(routes, sources);
    tableRoutes(routes, sources);
    configRoutes(routes, sources);
    eventRoutes(routes, sources);
    captureRoutes(routes, sources);
  });
  server.get("/openapi.json", { schema: { hide: true } }, () => server.swagger());
  await server.ready();
  return server;
}

function create(guards: Guards): Server {
  const http = { connectionsCheckingInterval: Math.min(1000, guards.patience ?? patience) };
  const { tls } = guards;
  if (!tls) return fastify({ ...options(guards), http }) as Server;
  const { cert, key, ca } = tls;
  const ask = ca ? { ca, requestCert: true, rejectUnauthorized: true } : {};
  return fastify({ ...options(guards), https: { ...http, cert, key, minVersion: "TLSv1.2" as const, ...ask } }) as unknown as Server;
}

const description = {
  openapi: "3.1.0",
  info: {
    title: "nused",
    version: programVersion,
    description: "A router on the Linux network stack in user space.",
    license: { name: "GPL-2.0-only", identifier: "GPL-2.0-only" },
  },
  components: { securitySchemes: { token: { type: "http" as const, scheme: "bearer" } } },
};

function answerErrors(server: Server): void {
  server.setErrorHandler((error, _request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 503) void reply.header("retry-after", "5");
    void reply.code(problem.status).type(problemType).send(problem);
  });
  server.setNotFoundHandler((request, reply) => {
    const problem = toProblem(new NuseError("api.missing", `there is no ${request.method} ${request.url.slice(0, 200)}`, { hint: "/openapi.json says what there is" }));
    void reply.code(problem.status).type(problemType).send(problem);
  });
}

/** What every route may answer besides what it says. */
export const problems = { "4xx": Problem, "5xx": Problem } as const;
