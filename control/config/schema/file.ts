// SPDX-License-Identifier: GPL-2.0-only
// The configuration file's schema: the one source of its types, its validation
// and what an error message gives as an example.

import Type from "typebox";
import { strict } from "./common.js";
import { Interfaces } from "./interfaces.js";
import { Routes } from "./routes.js";
import { Api, Log, Sysctl } from "./service.js";
import { Ports, Workers } from "./workers.js";

export const ConfigFile = Type.Object(
  {
    workers: Type.Optional(Workers),
    ports: Ports,
    interfaces: Type.Optional(Interfaces),
    routes: Type.Optional(Routes),
    sysctl: Type.Optional(Sysctl),
    api: Type.Optional(Api),
    log: Type.Optional(Log),
  },
  strict,
);

export type ConfigFile = Type.Static<typeof ConfigFile>;
