// SPDX-License-Identifier: GPL-2.0-only
// Long tables, a part at a time: no more of them is in memory than the client
// has not taken yet.

import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";

export const linesType = "application/x-ndjson";

export const wantsLines = ({ headers }: FastifyRequest): boolean => (headers.accept ?? "").includes(linesType);

/** The first part is awaited before anything is answered, so that an error can still be. */
export async function streamLines(reply: FastifyReply, parts: AsyncIterable<readonly unknown[]>): Promise<FastifyReply> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* lines(): AsyncGenerator<string> {
    try {
      for (let part = first; !part.done; part = await iterator.next()) {
        if (part.value.length > 0) yield `${part.value.map((row) => JSON.stringify(row)).join("\n")}\n`;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return reply.type(linesType).send(Readable.from(lines(), { objectMode: false, highWaterMark: 65536 }));
}

/** Rows `offset` to `offset + limit`, and where the next page begins, null when there is none. */
export async function page<T>(parts: AsyncIterable<readonly T[]>, offset: number, limit: number): Promise<{ found: T[]; next: number | null }> {
  const found: T[] = [];
  let passed = 0;
  for await (const part of parts) {
    const rows = part.slice(Math.max(0, offset - passed), offset + limit - passed);
    found.push(...rows);
    passed += part.length;
    if (passed > offset + limit) return { found, next: offset + limit };
  }
  return { found, next: null };
}
