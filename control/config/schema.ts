// SPDX-License-Identifier: GPL-2.0-only
// The configuration file's schema: the one source of its types, its validation
// and what an error message gives as an example.

import Type from "typebox";

const strict = { additionalProperties: false };

const InterfaceName = Type.String({
  pattern: "^[^\\s/:]{1,15}$",
  description: "an interface name of at most 15 characters",
  examples: ["wan0"],
});

const Port = Type.Object(
  {
    device: Type.String({
      pattern: "^[a-z]+:.+$",
      description: "BACKEND:DEVICE",
      examples: ["raw:eth1"],
    }),
    queues: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 16, description: "a number of queues, 1 to 16" }),
    ),
  },
  strict,
);

const Workers = Type.Object(
  {
    cpus: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), {
        minItems: 1,
        maxItems: 1,
        uniqueItems: true,
        description: "a list of one processor number; several workers are not supported yet",
        examples: ["[1]"],
      }),
    ),
    memory: Type.Optional(
      Type.String({
        pattern: "^[1-9][0-9]*[MG]$",
        description: "a size in M or G",
        examples: ["256M"],
      }),
    ),
    idle: Type.Optional(
      Type.Enum(["poll", "adaptive", "interrupt"], {
        description: "poll (never sleep), adaptive (sleep after a while without work) or interrupt (sleep at once)",
      }),
    ),
  },
  strict,
);

const Interface = Type.Object(
  {
    up: Type.Optional(Type.Boolean({ description: "true or false" })),
    mtu: Type.Optional(Type.Integer({ minimum: 68, maximum: 65535, description: "an MTU, 68 to 65535" })),
    addresses: Type.Optional(
      Type.Array(Type.String({ description: "an address with a prefix length" }), {
        uniqueItems: true,
        description: "a list of addresses",
        examples: ["[192.0.2.1/24, 2001:db8::1/64]"],
      }),
    ),
  },
  strict,
);

const Route = Type.Object(
  {
    to: Type.String({ description: "a prefix, or default", examples: ["198.51.100.0/24"] }),
    via: Type.Optional(Type.String({ description: "the next hop's address" })),
    interface: Type.Optional(InterfaceName),
    metric: Type.Optional(Type.Integer({ minimum: 1, maximum: 4294967295, description: "a metric of 1 or more" })),
  },
  strict,
);

export const ConfigFile = Type.Object(
  {
    workers: Type.Optional(Workers),
    ports: Type.Record(InterfaceName, Port, { minProperties: 1, additionalProperties: false }),
    interfaces: Type.Optional(Type.Record(InterfaceName, Interface, { additionalProperties: false })),
    routes: Type.Optional(Type.Array(Route)),
    sysctl: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[a-z][a-z0-9_]*([./][A-Za-z0-9_-]+)+$" }),
        Type.Union([Type.Integer(), Type.String()], { description: "a number or a text" }),
        { additionalProperties: false },
      ),
    ),
    api: Type.Optional(
      Type.Object(
        {
          listen: Type.String({
            pattern: "^(unix:/.+|tcp:.+:[0-9]{1,5})$",
            description: "unix:PATH or tcp:ADDRESS:PORT",
            examples: ["unix:/run/nuse/nused.sock"],
          }),
        },
        strict,
      ),
    ),
    log: Type.Optional(
      Type.Object(
        {
          level: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"], {
            description: "trace, debug, info, warn, error or fatal",
          }),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type ConfigFile = Type.Static<typeof ConfigFile>;
