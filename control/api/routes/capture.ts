// SPDX-License-Identifier: GPL-2.0-only

import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import Type from "typebox";
import { NuseError } from "../../errors.js";
import { CaptureOptions } from "../../show/capture.js";
import type { Capture } from "../../show/capture.js";
import { problems } from "../server.js";
import type { ApiSources } from "../sources.js";
import type { Server } from "../typebox.js";
import { captureHeader } from "../version.js";

const most = 8;
const blockSize = 1024 * 1024;
const Id = Type.Object({ id: Type.String({ format: "uuid" }) });

export const captureType = "application/x-pcapng";

export function captureRoutes(server: Server, { capture }: ApiSources): void {
  const running = new Map<string, Capture | undefined>();

  server.get("/v1/capture", {
    schema: {
      summary: "Packets as they pass, as a pcapng file",
      description: `It ends at a limit, or by DELETE /v1/capture/ID with the ID of the header ${captureHeader}: then its end says how many packets were dropped.`,
      querystring: CaptureOptions, produces: [captureType], response: problems,
    },
  }, async ({ query }, reply) => {
    if (running.size >= most) throw new NuseError("api.busy", `${most} captures run already`);
    const id = randomUUID();
    running.set(id, undefined);
    const begun = await capture(query).catch((error: unknown) => {
      running.delete(id);
      throw error;
    });
    running.set(id, begun);
    const blocks = Readable.from(begun.blocks(), { objectMode: false, highWaterMark: blockSize });
    blocks.once("close", () => running.delete(id));
    reply.raw.once("close", () => begun.stop());
    return reply.header(captureHeader, id).type(captureType).send(blocks as never);
  });

  server.delete("/v1/capture/:id", {
    schema: { summary: "End a capture in order", params: Id, response: { 204: Type.Null(), ...problems } },
  }, async ({ params }, reply) => {
    const found = running.get(params.id);
    if (!found) throw new NuseError("api.missing", `no capture ${params.id} runs`);
    found.stop();
    void reply.code(204);
    return null;
  });
}
