// SPDX-License-Identifier: GPL-2.0-only
// The configuration file's schema: the one source of its types, its validation
// and what an error message gives as an example.

import Type from "typebox";
import { Firewall } from "../../firewall/schema/firewall.js";
import { Nat } from "../../firewall/schema/nat.js";
import { strict } from "./common.js";
import { Interfaces } from "./interfaces.js";
import { Qos } from "./qos.js";
import { Neighbours, Routes, Rules } from "./routes.js";
import { Api, Log, Programs, State, Sysctl } from "./service.js";
import { Ports, Workers } from "./workers.js";

export const ConfigFile = Type.Object(
  {
    workers: Type.Optional(Workers),
    ports: Ports,
    interfaces: Type.Optional(Interfaces),
    routes: Type.Optional(Routes),
    firewall: Type.Optional(Firewall),
    nat: Type.Optional(Nat),
    rules: Type.Optional(Rules),
    neighbours: Type.Optional(Neighbours),
    sysctl: Type.Optional(Sysctl),
    qos: Type.Optional(Qos),
    api: Type.Optional(Api),
    programs: Type.Optional(Programs),
    state: Type.Optional(State),
    log: Type.Optional(Log),
  },
  strict,
);

export type ConfigFile = Type.Static<typeof ConfigFile>;
