// SPDX-License-Identifier: GPL-2.0-only

import { closest } from "../closest.js";
import type { PortConfig, WorkersConfig } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";

const backends = ["raw", "xdp", "dpdk", "memif", "tap", "netmap", "pipe"];
const defaultMemory = "256M";
const megabyte = 1024 * 1024;

export function buildWorkers({ workers = {} }: ConfigFile, refuse: Refuse): WorkersConfig {
  const text = workers.memory ?? defaultMemory;
  const memory = Number(text.slice(0, -1)) * (text.endsWith("G") ? 1024 : 1) * megabyte;
  if (memory < 16 * megabyte || memory > 64 * 1024 * megabyte || memory % (2 * megabyte) !== 0) {
    refuse(["workers", "memory"], `workers.memory: ${text} is not possible`, "an even number of M, 16M to 64G");
  }
  return { cpus: workers.cpus ?? [undefined], memory, idle: workers.idle ?? "adaptive" };
}

export function buildPorts({ ports }: ConfigFile, refuse: Refuse): PortConfig[] {
  const devices = new Map<string, string>();
  return Object.entries(ports).map(([name, { device, queues = 1 }]) => {
    const other = devices.get(device);
    if (other !== undefined) {
      refuse(["ports", name, "device"], `${device} is already port ${other}`);
    }
    const backend = device.slice(0, device.indexOf(":"));
    if (!backends.includes(backend)) {
      const near = closest(backend, backends);
      refuse(["ports", name, "device"], `${device}: no such kind of port`, near ? `did you mean ${near}?` : backends.join(", "));
    }
    devices.set(device, name);
    if (name === "lo") refuse(["ports", name], "lo is the loopback interface, not a port");
    return { name, device, queues };
  });
}
