// SPDX-License-Identifier: GPL-2.0-only
// Where the API listens.

import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Listen } from "../config/model.js";
import { NuseError } from "../errors.js";

const mode = 0o660;

export const formatListen = (listen: Listen): string =>
  listen.kind === "unix" ? `unix:${listen.path}` : `tcp:${listen.host}:${listen.port}`;

/** Start to serve; a socket file that a dead process left is replaced. */
export async function listenOn(server: FastifyInstance, listen: Listen): Promise<void> {
  try {
    if (listen.kind === "tcp") {
      await server.listen({ host: listen.host, port: listen.port });
      return;
    }
    await mkdir(dirname(listen.path), { recursive: true });
    await removeStale(listen.path);
    await server.listen({ path: listen.path });
    await chmod(listen.path, mode);
  } catch (cause) {
    if (cause instanceof NuseError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NuseError("api.listen", `the API cannot listen on ${formatListen(listen)}: ${reason}`, { cause });
  }
}

async function removeStale(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) {
    throw new NuseError("api.listen", `${path} is there and is not a socket`);
  }
  if (await answers(path)) {
    throw new NuseError("api.listen", `another program listens on ${path}`, {
      hint: "give each nused a socket of its own: api.listen",
    });
  }
  await rm(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
