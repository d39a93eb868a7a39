// SPDX-License-Identifier: GPL-2.0-only
// Where the API listens.

import { chown, mkdir, readFile, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import type { ApiConfig, Listen } from "../config/model.js";
import { NuseError } from "../errors.js";
import { readTokens } from "./auth.js";
import { createApi } from "./server.js";
import type { Guards } from "./server.js";
import type { ApiSources } from "./sources.js";
import type { Server } from "./typebox.js";

/** For the owner and the group, from the moment that it is there. */
const socketMask = 0o117;
const group = "nuse";
const requestsPerSecond = 200;

export const formatListen = (listen: Listen): string =>
  listen.kind === "unix" ? `unix:${listen.path}` : `tcp:${listen.host}:${listen.port}`;

export interface Api {
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** Serve in every place that the configuration names; in all of them or in none. */
export async function startApi(config: ApiConfig, sources: ApiSources): Promise<Api> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.close())));
  try {
    const remote = await readGuards(config);
    for (const listen of config.listen) {
      const server = await createApi(sources, listen.kind === "unix" ? {} : remote);
      servers.push(server);
      await listenOn(server, listen);
    }
    return { addresses: config.listen.map(formatListen), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What guards the API on TCP. */
async function readGuards({ tokenFile, tls }: ApiConfig): Promise<Guards> {
  return {
    tokens: tokenFile === undefined ? undefined : await readTokens(tokenFile),
    tls: tls && {
      cert: await readPem(tls.cert),
      key: await readPem(tls.key),
      ca: tls.clientCa === undefined ? undefined : await readPem(tls.clientCa),
    },
    requestsPerSecond,
  };
}

async function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new NuseError("api.listen", `cannot read a certificate or key: ${reasonOf(cause)}`, { place: { at: file }, cause });
  });
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Start to serve; a socket file that a dead process left is replaced. */
async function listenOn(server: Server, listen: Listen): Promise<void> {
  try {
    if (listen.kind === "tcp") {
      await server.listen({ host: listen.host, port: listen.port });
      return;
    }
    await mkdir(dirname(listen.path), { recursive: true });
    await removeStale(listen.path);
    const mask = process.umask(socketMask);
    await server.listen({ path: listen.path }).finally(() => process.umask(mask));
    await giveToGroup(listen.path);
  } catch (cause) {
    if (cause instanceof NuseError) throw cause;
    throw new NuseError("api.listen", `the API cannot listen on ${formatListen(listen)}: ${reasonOf(cause)}`, { cause });
  }
}

/** Members of the group nuse may use it, if the host has such a group and we may give to it. */
async function giveToGroup(path: string): Promise<void> {
  const line = (await readFile("/etc/group", "utf8").catch(() => "")).split("\n").find((text) => text.startsWith(`${group}:`));
  const number = Number(line?.split(":")[2]);
  if (Number.isInteger(number)) await chown(path, -1, number).catch(() => undefined);
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
