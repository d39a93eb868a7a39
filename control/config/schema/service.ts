// SPDX-License-Identifier: GPL-2.0-only
// What is about nused itself and about kernel parameters.

import Type from "typebox";
import { strict } from "./common.js";

export const Sysctl = Type.Record(
  Type.String({ pattern: "^[a-z][a-z0-9_]*([./][A-Za-z0-9_-]+)+$" }),
  Type.Union([Type.Integer(), Type.String()], { description: "a number or a text" }),
  { additionalProperties: false },
);

export const Api = Type.Object(
  {
    listen: Type.String({
      pattern: "^(unix:/.+|tcp:.+:[0-9]{1,5})$",
      description: "unix:PATH or tcp:ADDRESS:PORT",
      examples: ["unix:/run/nuse/nused.sock"],
    }),
  },
  strict,
);

export const Log = Type.Object(
  {
    level: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"], {
      description: "trace, debug, info, warn, error or fatal",
    }),
  },
  strict,
);
