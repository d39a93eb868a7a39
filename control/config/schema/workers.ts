// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { InterfaceName, strict } from "./common.js";

export const Workers = Type.Object(
  {
    cpus: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), {
        minItems: 1,
        maxItems: 64,
        uniqueItems: true,
        description: "a list of processor numbers: a worker runs on each",
        examples: ["[1, 2]"],
      }),
    ),
    memory: Type.Optional(
      Type.String({
        pattern: "^[1-9][0-9]*[MG]$",
        description: "a size in M or G, for each worker",
        examples: ["256M"],
      }),
    ),
    idle: Type.Optional(
      Type.Enum(["poll", "adaptive", "interrupt"], {
        description: "poll (never sleep), adaptive (sleep after a while without work) or interrupt (sleep at once)",
      }),
    ),
  },
  { ...strict, description: "the threads that run the kernels" },
);

const Port = Type.Object(
  {
    device: Type.String({
      pattern: "^[a-z]+:.+$",
      description: "BACKEND:DEVICE",
      examples: ["raw:eth1"],
    }),
    queues: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 16, description: "a number of queues of each worker, 1 to 16" }),
    ),
  },
  strict,
);

export const Ports = Type.Record(InterfaceName, Port, {
  minProperties: 1, additionalProperties: false, description: "devices of the host, by the name of their interface",
});
