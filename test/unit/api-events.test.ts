// SPDX-License-Identifier: GPL-2.0-only

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify from "fastify";
import { expect, it, vi } from "vitest";
import { EventFeed } from "../../control/api/feed.js";
import { LogBook } from "../../control/api/logbook.js";
import { eventRoutes } from "../../control/api/routes/events.js";
import type { ApiSources } from "../../control/api/sources.js";
import type { Server } from "../../control/api/typebox.js";

it("a listener that does not read is let go, and others go on", async () => {
  const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
  const log = new LogBook();
  const empty = { time: 0, workers: [], ports: [], interfaces: [] };
  const feed = new EventFeed({ log, sample: async () => empty, revisions: async () => [] });
  const server = fastify({ forceCloseConnections: true });
  eventRoutes(server as unknown as Server, { feed } as ApiSources);
  await server.listen({ path: join(dir, "socket") });
  const open = (): ReturnType<typeof connect> => {
    const socket = connect(join(dir, "socket"));
    socket.write("GET /v1/events?events=log HTTP/1.1\r\nhost: x\r\n\r\n");
    return socket;
  };
  const slow = open().pause();
  let read = 0;
  const quick = open().on("data", (part) => (read += part.length));
  const held = async (): Promise<number> => new Promise((resolve) => server.server.getConnections((_error, count) => resolve(count)));
  await vi.waitFor(() => expect(read).toBeGreaterThan(0));
  try {
    await vi.waitFor(async () => {
      for (let line = 0; line < 20; line++) log.write(JSON.stringify({ level: 30, msg: "x".repeat(1000) }));
      expect(await held()).toBe(1);
    }, { timeout: 20_000, interval: 5 });
    const before = read;
    log.write('{"level":30,"msg":"still"}');
    await vi.waitFor(() => expect(read).toBeGreaterThan(before));
  } finally {
    slow.destroy();
    quick.destroy();
    await server.close();
    rmSync(dir, { recursive: true });
  }
});
