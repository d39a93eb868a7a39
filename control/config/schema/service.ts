// SPDX-License-Identifier: GPL-2.0-only
// What is about nused itself and about kernel parameters.

import Type from "typebox";
import { strict } from "./common.js";

export const Sysctl = Type.Record(
  Type.String({ pattern: "^[a-z][a-z0-9_]*([./][A-Za-z0-9_-]+)+$" }),
  Type.Union([Type.Integer(), Type.String()], { description: "a number or a text" }),
  { additionalProperties: false, description: "kernel parameters" },
);

const Listen = Type.String({
  pattern: "^(unix:/.+|tcp:.+:[0-9]{1,5})$",
  description: "unix:PATH or tcp:ADDRESS:PORT",
  examples: ["unix:/run/nuse/nused.sock"],
});

const Path = Type.String({ pattern: "^/.+", description: "a path that begins with /" });

export const Api = Type.Object(
  {
    listen: Type.Optional(
      Type.Union([Listen, Type.Array(Listen, { minItems: 1, maxItems: 8, uniqueItems: true })], {
        description: "unix:PATH or tcp:ADDRESS:PORT, or a list of them",
        examples: ["unix:/run/nuse/nused.sock"],
      }),
    ),
    "token-file": Type.Optional(Path),
    tls: Type.Optional(
      Type.Object({ cert: Path, key: Path, "client-ca": Type.Optional(Path) }, {
        ...strict,
        description: "cert and key, and client-ca to ask clients for a certificate",
      }),
    ),
  },
  { ...strict, description: "where nused answers" },
);

export const State = Type.String({
  pattern: "^/.+$",
  description: "the path of a directory, from the root",
  examples: ["/var/lib/nuse"],
});

export const Programs = Type.String({
  pattern: "^unix:/.+",
  description: "unix:PATH",
  examples: ["unix:/run/nuse/stack.sock"],
});

export const Log = Type.Object(
  {
    level: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"], {
      description: "trace, debug, info, warn, error or fatal",
    }),
  },
  { ...strict, description: "what nused logs" },
);
