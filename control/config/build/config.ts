// SPDX-License-Identifier: GPL-2.0-only
// From a file that has the right shape to a configuration that makes sense.

import { NuseError } from "../../errors.js";
import { buildFirewall } from "../../firewall/config.js";
import { checks } from "../check/check.js";
import type { ConfigDocument } from "../document.js";
import type { Config } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import { buildApi } from "./api.js";
import type { ReadFile, Refuse } from "./context.js";
import { buildInterfaces } from "./interfaces.js";
import { Links } from "./names.js";
import { buildQos } from "./qos.js";
import { buildRoutes } from "./routes.js";
import { buildNeighbours, buildRules } from "./rules.js";
import { buildSysctls } from "./service.js";
import { buildPorts, buildWorkers } from "./workers.js";

/** The configuration that `content` means; throws with every fault in it. */
export function buildConfig(content: ConfigFile, document: ConfigDocument, file: string, readFile: ReadFile): Config {
  const faults: NuseError[] = [];
  const refuse: Refuse = (path, message, hint) => {
    faults.push(new NuseError("config.invalid", message, { place: document.valuePlace(path), hint }));
    return undefined;
  };
  const ports = buildPorts(content, refuse);
  const interfaces = buildInterfaces(content, refuse, readFile);
  const links = new Links(interfaces, ports.map(({ name }) => name), refuse);
  const config: Config = {
    workers: buildWorkers(content, refuse),
    ports,
    interfaces,
    firewall: buildFirewall(content, {
      refuse,
      place: document.valuePlace,
      textPlace: document.textPlace,
      ports: ports.map(({ name }) => name),
      interfaces: new Set(["lo", ...ports.map(({ name }) => name), ...interfaces.map(({ name }) => name)]),
    }),
    routes: buildRoutes(content, interfaces, links, refuse),
    rules: buildRules(content, interfaces, refuse),
    neighbours: buildNeighbours(content, links, refuse),
    sysctls: buildSysctls(content),
    api: buildApi(content, refuse),
    qos: buildQos(content, refuse),
    programs: content.programs?.slice("unix:".length),
    state: content.state,
    logLevel: content.log?.level ?? "info",
  };
  for (const check of checks) check(config, refuse);
  if (faults.length > 0) {
    throw new NuseError("config.invalid", `${file} is not a valid configuration`, { faults });
  }
  return config;
}
