// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { Health, Status } from "../schema/status.js";
import { LogLine } from "../schema/events.js";
import { levels } from "../logbook.js";
import { problems } from "../server.js";
import type { ApiSources } from "../sources.js";
import type { Server } from "../typebox.js";

const LogQuery = Type.Object(
  {
    level: Type.Enum(levels as LogLine["level"][], { default: "info", description: "the least grave to show" }),
    lines: Type.Integer({ minimum: 1, maximum: 2000, default: 100 }),
  },
  { additionalProperties: false },
);

export function statusRoutes(server: Server, { health, status, metrics, log }: ApiSources): void {
  for (const url of ["/v1/status", "/status"]) {
    server.get(url, {
      schema: { summary: "What runs, and how it is", response: { 200: Status, ...problems } },
    }, () => status());
  }

  for (const url of ["/v1/health", "/healthz"]) {
    server.get(url, {
      schema: { summary: "503 when a kernel has died", response: { 200: Health, 503: Health } },
    }, async (_request, reply) => {
      const answer = health();
      void reply.code(answer.healthy ? 200 : 503);
      return answer;
    });
  }

  for (const url of ["/metrics", "/v1/metrics"]) {
    server.get(url, {
      schema: { summary: "Metrics for Prometheus", produces: ["text/plain"] },
    }, async (_request, reply) => {
      void reply.type(metrics.contentType);
      return metrics.metrics();
    });
  }

  server.get("/v1/log", {
    schema: { summary: "The last lines of the log, oldest first", querystring: LogQuery, response: { 200: Type.Array(LogLine), ...problems } },
  }, async ({ query }) => log.recent(query.lines, query.level));
}
