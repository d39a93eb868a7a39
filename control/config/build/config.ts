// SPDX-License-Identifier: GPL-2.0-only
// From a file that has the right shape to a configuration that makes sense.

import { NuseError } from "../../errors.js";
import type { ConfigDocument } from "../document.js";
import type { Config } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";
import { buildInterfaces } from "./interfaces.js";
import { buildRoutes } from "./routes.js";
import { buildListen, buildSysctls } from "./service.js";
import { buildPorts, buildWorkers } from "./workers.js";

/** The configuration that `content` means; throws with every fault in it. */
export function buildConfig(content: ConfigFile, document: ConfigDocument, file: string): Config {
  const faults: NuseError[] = [];
  const refuse: Refuse = (path, message, hint) => {
    faults.push(new NuseError("config.invalid", message, { place: document.valuePlace(path), hint }));
    return undefined;
  };
  const ports = buildPorts(content, refuse);
  const interfaces = buildInterfaces(content, refuse);
  const config: Config = {
    workers: buildWorkers(content, refuse),
    ports,
    interfaces,
    routes: buildRoutes(content, interfaces, refuse),
    sysctls: buildSysctls(content),
    listen: buildListen(content, refuse),
    logLevel: content.log?.level ?? "info",
  };
  if (faults.length > 0) {
    throw new NuseError("config.invalid", `${file} is not a valid configuration`, { faults });
  }
  return config;
}
