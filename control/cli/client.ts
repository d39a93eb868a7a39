// SPDX-License-Identifier: GPL-2.0-only
// The API from the other side: over its socket, or over TCP with a token.

import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import type { Problem } from "../api/problem.js";
import { apiVersion } from "../api/version.js";
import { NuseError } from "../errors.js";
import { fromProblem } from "./problem.js";

export interface Target {
  readonly socket: string;
  /** Instead of the socket: https://HOST:PORT */
  readonly url?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** PEM files: whom to trust, and who we are. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

type Query = Readonly<Record<string, string | number | undefined>>;

interface Ask {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly query?: Query;
  readonly body?: unknown;
  readonly accept?: string;
}

/** Longer than any table takes; applying a configuration is not bounded. */
const patience = 30_000;

export class Client {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** A whole answer; throws the error that the API tells of. */
  async get<T>(path: string, query: Query = {}): Promise<T> {
    return parse<T>(await text(await this.open(path, { query })));
  }

  async post<T>(path: string, body?: unknown, query: Query = {}): Promise<T> {
    return parse<T>(await text(await this.open(path, { method: "POST", query, body })));
  }

  async delete(path: string): Promise<void> {
    await text(await this.open(path, { method: "DELETE" }));
  }

  /** The lines of a long table, one row each. */
  async *lines<T>(path: string, query: Query = {}): AsyncGenerator<T> {
    for await (const line of splitLines(await this.open(path, { query, accept: "application/x-ndjson" }))) {
      if (line !== "") yield parse<T>(line);
    }
  }

  /** An answer that is still on its way. */
  async open(path: string, { method = "GET", query = {}, body, accept = "application/json" }: Ask = {}): Promise<IncomingMessage> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const headers = { accept, ...(content !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(content) }) };
    const answer = await this.#send(`${path}${queryString(query)}`, { method, headers }, content);
    const status = answer.statusCode ?? 0;
    const problem = (answer.headers["content-type"] ?? "").startsWith("application/problem+json");
    if (problem) throw fromProblem(parse<Problem>(await text(answer)));
    checkVersion(answer);
    if (status >= 400) throw new NuseError("api.failed", `nused answers ${path} with ${status}`);
    return answer;
  }

  async #send(path: string, options: RequestOptions, content: string | undefined): Promise<IncomingMessage> {
    const { connection, send, name } = await this.#reach();
    return new Promise((resolve, reject) => {
      const asked = send({ ...connection, ...options, path, agent: false, headers: { ...connection.headers, ...options.headers } }, resolve);
      asked.once("error", (error: NodeJS.ErrnoException) => reject(unreachable(name, error)));
      if (options.method === "GET") asked.setTimeout(patience, () => asked.destroy(new Error("no answer")));
      asked.once("response", () => asked.setTimeout(0));
      asked.end(content);
    });
  }

  async #reach() {
    const { socket, url, tokenFile, ca, cert, key } = this.#target;
    if (url === undefined) return { connection: { socketPath: socket, headers: {} }, send: httpRequest, name: socket };
    const { protocol, hostname, port } = parseUrl(url);
    const secure = protocol === "https:";
    const token = tokenFile === undefined ? {} : { authorization: `Bearer ${firstToken(read(tokenFile))}` };
    const pems = Object.fromEntries(Object.entries({ ca, cert, key }).flatMap(([name, file]) => (file === undefined ? [] : [[name, read(file)]])));
    const connection = { hostname: hostname.replace(/^\[|\]$/g, ""), port: port || (secure ? 443 : 80), headers: token, ...pems };
    return { connection, send: secure ? (await import("node:https")).request : httpRequest, name: url };
  }
}

const firstToken = (file: string): string =>
  file.split("\n").map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#")) ?? "";

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && ["http:", "https:"].includes(parsed.protocol)) return parsed;
  throw new NuseError("usage", `${url} is not an address of an API`, { hint: "for example https://192.0.2.1:8443" });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new NuseError("usage", `cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: "is nused running? systemctl status nused; another socket is chosen by --socket or $NUSE_API",
  ECONNREFUSED: "nused has ended: systemctl status nused",
  EPIPE: "nused takes no configuration of more than 4 MB",
  EACCES: "be root, or a member of the group nuse",
};

function unreachable(name: string, error: NodeJS.ErrnoException): NuseError {
  const code = error.code ?? "";
  const denied = code === "EACCES";
  return new NuseError(denied ? "api.denied" : "api.unreachable", `cannot talk to nused at ${name}: ${error.message || code}`, {
    hint: hints[code], cause: error,
  });
}

function checkVersion({ headers }: IncomingMessage): void {
  const version = headers["nuse-api"];
  if (version === apiVersion) return;
  const words = version === undefined ? "what answers there is not nused" : `nused speaks version ${String(version)} of the API, and this nuse version ${apiVersion}`;
  throw new NuseError("api.version", words, { hint: "use the nuse that came with that nused" });
}

function queryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given as [string, string][]).toString()}`;
}

function parse<T>(json: string): T {
  if (json === "") return undefined as T;
  try {
    return JSON.parse(json) as T;
  } catch (cause) {
    throw new NuseError("api.version", "the answer is not what nused answers", { cause });
  }
}

async function text(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Lines of a stream, as they come. */
export async function* splitLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of stream) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
