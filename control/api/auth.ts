// SPDX-License-Identifier: GPL-2.0-only
// Who may use the API over TCP: whoever knows one of the tokens. A client's
// certificate is asked for by TLS itself, before there is a request.

import { createHash, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { NuseError } from "../errors.js";

const shortest = 16;
const readableByOthers = 0o007;

const digest = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Does `header` carry one of the tokens? Takes as long for every wrong one, however wrong. */
export function createTokenCheck(tokens: readonly string[]): (header: string | undefined) => boolean {
  const known = tokens.map(digest);
  return (header = "") => {
    const [, token = ""] = /^Bearer +(\S+)$/i.exec(header) ?? [];
    const given = digest(token);
    return known.reduce((found, one) => timingSafeEqual(one, given) || found, false);
  };
}

/** Refuse requests without a token; before anything of the request is read. */
export function requireToken(server: FastifyInstance, tokens: readonly string[]): void {
  const allowed = createTokenCheck(tokens);
  server.addHook("onRequest", async (request, reply) => {
    if (allowed(request.headers.authorization)) return;
    void reply.header("www-authenticate", 'Bearer realm="nused"');
    throw new NuseError("api.denied", "this needs a token of nused", { hint: "Authorization: Bearer TOKEN" });
  });
}

/** A token a line; empty lines and those that begin with # are none. */
export async function readTokens(file: string): Promise<string[]> {
  const { mode } = await stat(file).catch(refuse(file));
  if (mode & readableByOthers) {
    throw new NuseError("api.listen", `everybody may read the tokens in ${file}`, { hint: `chmod o= ${file}` });
  }
  const text = await readFile(file, "utf8").catch(refuse(file));
  const tokens = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  if (tokens.length === 0) throw new NuseError("api.listen", `there is no token in ${file}`, { hint: "openssl rand -hex 32" });
  if (tokens.some((token) => token.length < shortest || /\s/.test(token))) {
    throw new NuseError("api.listen", `a token in ${file} is shorter than ${shortest} characters, or has spaces`, { hint: "openssl rand -hex 32" });
  }
  return tokens;
}

const refuse = (file: string) => (cause: unknown): never => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new NuseError("api.listen", `cannot read the tokens: ${reason}`, { place: { at: file }, cause });
};
