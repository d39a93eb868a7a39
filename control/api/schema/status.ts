// SPDX-License-Identifier: GPL-2.0-only

import Type from "typebox";
import { Revision } from "./config.js";

export const Health = Type.Object({
  healthy: Type.Boolean(),
  reason: Type.Optional(Type.String()),
});

const WorkerStatus = Type.Object({
  worker: Type.Integer(),
  cpu: Type.Optional(Type.Integer()),
  restarts: Type.Integer({ description: "its kernel was started so often because the one before had died" }),
  state: Type.Enum(["running", "stalled", "dead"]),
});

const PortStatus = Type.Object({
  name: Type.String(),
  device: Type.String(),
  queues: Type.Integer({ description: "of each worker" }),
  reason: Type.Optional(Type.String({ description: "why it cannot be opened yet; it is tried again" })),
});

const InterfaceStatus = Type.Object({
  index: Type.Integer(), name: Type.String(), up: Type.Boolean(), carrier: Type.Boolean(), mtu: Type.Integer(),
});

export const Status = Type.Object({
  version: Type.String(),
  pid: Type.Integer(),
  health: Health,
  uptimeSeconds: Type.Integer(),
  config: Type.String({ description: "the configuration's file" }),
  revision: Revision,
  confirmUntil: Type.Optional(Type.String({ format: "date-time", description: "what is in force waits to be confirmed until then" })),
  fallback: Type.Optional(
    Type.Object({ reason: Type.String(), revision: Type.Integer() }, { description: "the file cannot be used, and what is in force instead" }),
  ),
  drift: Type.Optional(
    Type.Array(Type.String(), { description: "steps that would correct what somebody changed in the kernels; absent while a kernel is dead" }),
  ),
  workers: Type.Array(WorkerStatus),
  ports: Type.Array(PortStatus),
  interfaces: Type.Array(InterfaceStatus),
});

export type Health = Type.Static<typeof Health>;
export type Status = Type.Static<typeof Status>;
