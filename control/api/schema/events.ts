// SPDX-License-Identifier: GPL-2.0-only
// What /v1/events tells, each with its name as the event's type.

import Type from "typebox";
import { Revision } from "./config.js";

const Rate = Type.Number({ minimum: 0 });

const Traffic = Type.Object({
  rxFrames: Rate, rxBits: Rate, rxDrops: Rate,
  txFrames: Rate, txBits: Rate, txDrops: Rate,
}, { description: "a second" });

export const Rates = Type.Object({
  time: Type.String({ format: "date-time" }),
  seconds: Type.Number({ description: "over which they were measured" }),
  workers: Type.Array(Type.Object({ worker: Type.Integer(), busy: Rate, frames: Rate, drops: Rate })),
  ports: Type.Array(Type.Object({ name: Type.String(), ...Traffic.properties })),
  interfaces: Type.Array(Type.Object({ name: Type.String(), ...Traffic.properties })),
});

export const LinkChange = Type.Object({
  name: Type.String(),
  change: Type.Enum(["new", "gone", "up", "down", "carrier", "no carrier"]),
});

export const LogLine = Type.Object({
  time: Type.String({ format: "date-time" }),
  level: Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"]),
  message: Type.String(),
  from: Type.Optional(Type.String({ description: "kernel, for a line of a kernel's log" })),
  worker: Type.Optional(Type.Integer()),
});

export const events = { rates: Rates, link: LinkChange, config: Revision, log: LogLine } as const;

export type Rates = Type.Static<typeof Rates>;
export type LinkChange = Type.Static<typeof LinkChange>;
export type LogLine = Type.Static<typeof LogLine>;
export type LogLevel = LogLine["level"];
export type EventName = keyof typeof events;
export type Event = { readonly [Name in EventName]: { readonly name: Name; readonly content: Type.Static<(typeof events)[Name]> } }[EventName];
