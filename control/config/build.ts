// SPDX-License-Identifier: GPL-2.0-only
// From a file that has the right shape to a configuration that makes sense.

import { NuseError } from "../errors.js";
import { contains, defaultPrefix, formatPrefix, hasHostBits, network, parseAddress, parsePrefix } from "../net/address.js";
import type { Address, Prefix } from "../net/address.js";
import type { ConfigDocument, Path } from "./document.js";
import type { Config, InterfaceConfig, Listen, PortConfig, RouteConfig, WorkerConfig } from "./model.js";
import type { ConfigFile } from "./schema.js";

type Refuse = (path: Path, message: string, hint?: string) => undefined;

const defaultMemory = "256M";
const defaultListen = "unix:/run/nuse/nused.sock";
const megabyte = 1024 * 1024;

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
    worker: buildWorker(content, refuse),
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

function buildWorker({ workers = {} }: ConfigFile, refuse: Refuse): WorkerConfig {
  const text = workers.memory ?? defaultMemory;
  const memory = Number(text.slice(0, -1)) * (text.endsWith("G") ? 1024 : 1) * megabyte;
  if (memory < 16 * megabyte || memory > 64 * 1024 * megabyte || memory % (2 * megabyte) !== 0) {
    refuse(["workers", "memory"], `workers.memory: ${text} is not possible`, "an even number of M, 16M to 64G");
  }
  return { cpu: workers.cpus?.[0], memory, idle: workers.idle ?? "adaptive" };
}

function buildPorts({ ports }: ConfigFile, refuse: Refuse): PortConfig[] {
  const devices = new Map<string, string>();
  return Object.entries(ports).map(([name, { device, queues = 1 }]) => {
    const other = devices.get(device);
    if (other !== undefined) {
      refuse(["ports", name, "device"], `${device} is already port ${other}`);
    }
    devices.set(device, name);
    if (name === "lo") refuse(["ports", name], "lo is the loopback interface, not a port");
    return { name, device, queues };
  });
}

function buildInterfaces({ ports, interfaces = {} }: ConfigFile, refuse: Refuse): InterfaceConfig[] {
  return Object.entries(interfaces).map(([name, { up = true, mtu, addresses = [] }]) => {
    if (!Object.hasOwn(ports, name) && name !== "lo") {
      refuse(["interfaces", name], `there is no port ${name}`, `ports: ${Object.keys(ports).join(", ")}`);
    }
    const parsed = addresses.map((text, index) => interfaceAddress(text, ["interfaces", name, "addresses", index], refuse));
    return { name, up, mtu, addresses: parsed.filter((prefix) => prefix !== undefined) };
  });
}

function interfaceAddress(text: string, path: Path, refuse: Refuse): Prefix | undefined {
  const prefix = parsePrefix(text);
  if (prefix) return prefix;
  const address = parseAddress(text);
  const hint = address
    ? `with its prefix length, for example ${text}/${address.family === 4 ? 24 : 64}`
    : "for example 192.0.2.1/24 or 2001:db8::1/64";
  return refuse(path, `${text} is not an address with a prefix length`, hint);
}

function buildRoutes({ routes = [], ports }: ConfigFile, interfaces: readonly InterfaceConfig[], refuse: Refuse): RouteConfig[] {
  const seen = new Set<string>();
  return routes.flatMap((route, index) => {
    const path = ["routes", index];
    const via = route.via === undefined ? undefined : parseAddress(route.via);
    if (route.via !== undefined && !via) {
      return refuse([...path, "via"], `${route.via} is not an address`) ?? [];
    }
    const to = destination(route.to, via, [...path, "to"], refuse);
    if (!to) return [];
    if (!via && route.interface === undefined) {
      refuse(path, `the route to ${route.to} leads nowhere`, "give it via, interface, or both");
    }
    if (via && via.family !== to.address.family) {
      refuse([...path, "via"], `the next hop ${via.text} is not of the family of ${formatPrefix(to)}`);
    }
    if (route.interface !== undefined && !Object.hasOwn(ports, route.interface)) {
      refuse([...path, "interface"], `there is no port ${route.interface}`, `ports: ${Object.keys(ports).join(", ")}`);
    }
    if (via && !reachable(via, route.interface, interfaces)) {
      refuse(
        [...path, "via"],
        `the next hop ${via.text} is on no configured network`,
        "it must be in the prefix of an interface's address",
      );
    }
    const key = `${formatPrefix(to)} metric ${route.metric ?? 0}`;
    if (seen.has(key)) refuse(path, `a second route to ${formatPrefix(to)} with the same metric`);
    seen.add(key);
    return [{ to, via, interface: route.interface, metric: route.metric }];
  });
}

function destination(text: string, via: Address | undefined, path: Path, refuse: Refuse): Prefix | undefined {
  if (text === "default") return defaultPrefix(via?.family ?? 4);
  const prefix = parsePrefix(text);
  if (!prefix) return refuse(path, `${text} is not a prefix`, "for example 198.51.100.0/24, 2001:db8::/32 or default");
  if (hasHostBits(prefix)) {
    return refuse(path, `${text} has bits set behind its prefix length`, `${formatPrefix(network(prefix))} would be right`);
  }
  return prefix;
}

/** Link-local next hops are on every link. */
function reachable(via: Address, name: string | undefined, interfaces: readonly InterfaceConfig[]): boolean {
  if (via.text.startsWith("fe80:")) return name !== undefined;
  return interfaces
    .filter((candidate) => name === undefined || candidate.name === name)
    .some(({ addresses }) => addresses.some((prefix) => contains(prefix, via)));
}

/** Dots separate the parts, as sysctl(8) has it; with slashes, dots are part of a name. */
function buildSysctls({ sysctl = {} }: ConfigFile): Map<string, string> {
  return new Map(
    Object.entries(sysctl).map(([name, value]) => [
      name.includes("/") ? name : name.replaceAll(".", "/"),
      String(value),
    ]),
  );
}

function buildListen({ api }: ConfigFile, refuse: Refuse): Listen {
  const text = api?.listen ?? defaultListen;
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (Buffer.byteLength(path) > 107) refuse(["api", "listen"], "the socket's path is longer than 107 bytes");
    return { kind: "unix", path };
  }
  const [, host = "", port = ""] = /^tcp:\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address || !(host === "::1" || host.startsWith("127."))) {
    refuse(
      ["api", "listen"],
      `${host} is not a loopback address`,
      "without authentication the API listens on 127.0.0.1, [::1] or a unix socket only",
    );
  }
  if (Number(port) < 1 || Number(port) > 65535) refuse(["api", "listen"], `${port} is not a port number`);
  return { kind: "tcp", host, port: Number(port) };
}
