// SPDX-License-Identifier: GPL-2.0-only
// Whoever stands between two devices: nuse-engine, DPDK's testpmd, the host's
// kernel. All forward on processor 0; the generator has processor 1.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { end } from "../../lab/command.js";
import { Forwarder } from "../../lab/forwarder.js";
import { hosts } from "../../lab/network.js";
import { destinations, nextHop, routerMac } from "./bed.js";
import type { Bed } from "./bed.js";

/** What is started before a measurement and stopped after it. */
export interface Running {
  /** Of the process that forwards, if there is one. */
  readonly pid?: number | undefined;
  readonly stop: () => Promise<unknown>;
}

export type Start = (bed: Bed, settings?: EngineSettings) => Promise<Running>;

export interface EngineSettings {
  readonly idle?: "poll" | "adaptive" | "interrupt";
  /** Resolve neighbours, as hosts want, instead of a fixed one. */
  readonly resolve?: boolean;
}

/** nuse-engine with a port of this kind on each device. */
export const engine = (port: (device: string) => string): Start => async (bed, settings = {}) => {
  const fixed = settings.resolve ? [] : ["--neigh", `right=${nextHop.v4},${nextHop.mac}`];
  const forwarder = new Forwarder(bed.router, [
    "--port", `left=${port("left0")}`, "--port", `right=${port("right0")}`,
    "--mac", `left=${routerMac.left}`, "--mac", `right=${routerMac.right}`,
    "--addr", `left=${hosts.a.router4}/24`, "--addr", `right=${hosts.b.router4}/24`,
    ...fixed, "--route", `${destinations}=${nextHop.v4}`,
    "--rx-list", "left", "--rx-list", "right",
    "--cpu", "0", "--idle", settings.idle ?? "poll",
  ]);
  await forwarder.ready();
  return { pid: forwarder.child.pid, stop: () => forwarder.stop() };
};

/** DPDK's own forwarder, which looks at nothing of a frame. */
export const testpmd = (vdev: (device: string, index: number) => string): Start => async (bed) => {
  const [command, ...prefix] = bed.router.prefix;
  const child = spawn(command, [
    ...prefix, "dpdk-testpmd", "--lcores", "0@1,1@0", "--no-huge", "-m", "512", "--no-shconf", "--no-pci",
    "--no-telemetry", "--vdev", vdev("left0", 0), "--vdev", vdev("right0", 1),
    "--", "--forward-mode=io", "--auto-start", "--burst=64", "--total-num-mbufs=32768", "--stats-period=1",
  ], { stdio: ["pipe", "pipe", "pipe"] });
  await started(child, "Port statistics");
  // It may wait for ever for a link of its own when asked to end.
  return { pid: child.pid, stop: () => end(child, "SIGKILL") };
};

/**
 * The kernel of the host. `steered`: kept on processor 0 by receive packet
 * steering, as the others are; else it forwards where frames come in, on the
 * generator's processor, which spares it the way to another.
 */
export const hostKernel = (steered: boolean): Start => async (bed, settings = {}) => {
  const { router } = bed;
  router.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  for (const [device, mac, address] of [
    ["left0", routerMac.left, hosts.a.router4], ["right0", routerMac.right, hosts.b.router4],
  ] as const) {
    router.ip("link", "set", device, "address", mac);
    router.ip("address", "add", `${address}/24`, "dev", device);
    if (steered) router.run("sh", "-c", `echo 1 > /sys/class/net/${device}/queues/rx-0/rps_cpus`);
  }
  if (!settings.resolve) router.ip("neigh", "replace", nextHop.v4, "lladdr", nextHop.mac, "dev", "right0");
  router.ip("route", "add", destinations, "via", nextHop.v4);
  return { stop: async () => undefined };
};

/** Wait until a child says `text`. */
export function started(child: ChildProcess, text: string): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString();
      if (said.includes(text)) resolve();
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const beginning = said.trimEnd().split("\n").slice(0, 6).join("\n  ");
      reject(new Error(`${child.spawnargs.join(" ")}: ${code ?? signal}\n  ${beginning}`));
    });
  });
}
