// SPDX-License-Identifier: GPL-2.0-only
// The configuration: what is in force, what a change would do, changing it.

import Type from "typebox";
import { ConfigFile } from "../../config/schema/file.js";
import { Applied, ApplyRequest, ConfigText, Revision, showApplied, showRevision, showStep, Step } from "../schema/config.js";
import { problems } from "../server.js";
import type { ApiSources } from "../sources.js";
import type { Server } from "../typebox.js";

const Number = Type.Optional(Type.Integer({ minimum: 1, description: "a revision; without it, the one in force" }));
const Asked = Type.Object({ revision: Number }, { additionalProperties: false });
const Steps = Type.Array(Step);

/** Configurations of any size that a person could still read. */
const bodyLimit = 4 * 1024 * 1024;

export function configRoutes(server: Server, { config }: ApiSources): void {
  server.get("/v1/config", {
    schema: { summary: "The text of the configuration in force, or of a revision", querystring: Asked, response: { 200: ConfigText, ...problems } },
  }, async ({ query }) => ({ text: await config.text(query.revision) }));

  server.get("/v1/config/schema", {
    schema: { summary: "JSON Schema of a configuration file" },
  }, async () => ConfigFile);

  server.get("/v1/config/revisions", {
    schema: { summary: "Configurations that were applied, newest first", response: { 200: Type.Array(Revision), ...problems } },
  }, async () => (await config.revisions()).map(showRevision));

  server.get("/v1/config/drift", {
    schema: { summary: "Steps that would undo what somebody changed in the kernels", response: { 200: Steps, ...problems } },
  }, async () => (await config.drift()).map(showStep));

  server.post("/v1/config/check", {
    bodyLimit,
    schema: { summary: "Find the faults of a configuration", body: ConfigText, response: { 204: Type.Null(), ...problems } },
  }, async ({ body }, reply) => {
    await config.check(body.text);
    void reply.code(204);
    return null;
  });

  server.post("/v1/config/diff", {
    bodyLimit,
    schema: { summary: "The steps that applying a configuration would take", body: ConfigText, response: { 200: Steps, ...problems } },
  }, async ({ body }) => (await config.diff(body.text)).map(showStep));

  server.post("/v1/config/apply", {
    bodyLimit,
    schema: { summary: "Apply a configuration: all of it or nothing", body: ApplyRequest, response: { 200: Applied, ...problems } },
  }, async ({ body: { text, confirmSeconds, comment } }) => showApplied(await config.apply(text, { confirmSeconds, comment })));

  server.post("/v1/config/confirm", {
    schema: { summary: "Keep what was applied to be confirmed", response: { 200: Revision, ...problems } },
  }, async () => showRevision(await config.confirm()));

  server.post("/v1/config/rollback", {
    schema: {
      summary: "Apply an older revision; while one is pending, without a number, the one before it",
      querystring: Asked, response: { 200: Applied, ...problems },
    },
  }, async ({ query }) => showApplied(await config.rollback(query.revision)));
}
