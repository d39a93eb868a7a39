// SPDX-License-Identifier: GPL-2.0-only
// Carry out a plan, and see that it came true.

import type { Config } from "../config/model.js";
import { NuseError } from "../errors.js";
import { writeFile } from "../kernel/files.js";
import type { Task } from "../kernel/task.js";
import { addAddress, deleteAddress } from "../netlink/address.js";
import { setMtu, setUp } from "../netlink/link.js";
import { deleteRoute, replaceRoute } from "../netlink/route.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { plan } from "../plan/plan.js";
import type { Route, RunningInterface, State } from "../plan/state.js";
import { describe } from "../plan/step.js";
import type { Step } from "../plan/step.js";
import { readState, sysctlPath } from "./read.js";

/** The kernel may undo a little of a plan: an address takes its routes along. */
const rounds = 3;

/** Make the instance be what `wanted` says; the steps it took. */
export async function apply(task: Task, netlink: NetlinkSocket, wanted: Config): Promise<Step[]> {
  const taken: Step[] = [];
  for (let round = 0; round < rounds; round++) {
    const running = await readState(task, netlink, wanted.sysctls.keys());
    checkInterfaces(running, wanted);
    const steps = plan(running, wanted);
    if (steps.length === 0) return taken;
    for (const step of steps) {
      await carryOut(task, netlink, running, step);
      taken.push(step);
    }
  }
  const left = plan(await readState(task, netlink, wanted.sysctls.keys()), wanted);
  if (left.length > 0) {
    throw new NuseError("kernel.refused", `the kernel does not keep what was set: ${left.map(describe).join("; ")}`);
  }
  return taken;
}

function checkInterfaces(running: State, wanted: Config): void {
  const absent = wanted.interfaces.filter(({ name }) => !running.interfaces.has(name));
  if (absent.length > 0) {
    throw new NuseError("kernel.refused", `the instance has no interface ${absent.map(({ name }) => name).join(", ")}`);
  }
}

async function carryOut(task: Task, netlink: NetlinkSocket, running: State, step: Step): Promise<void> {
  const link = (name: string): RunningInterface => running.interfaces.get(name)!;
  const kernelRoute = ({ interface: name, ...route }: Route) => ({
    ...route, protocol: 0, oif: name === undefined ? 0 : link(name).index,
  });
  switch (step.kind) {
    case "sysctl":
      return writeFile(task, sysctlPath(step.name), step.value);
    case "mtu":
      return netlink.request(setMtu(link(step.interface), step.mtu));
    case "up":
      return netlink.request(setUp(link(step.interface), step.up));
    case "address.add":
      return netlink.request(addAddress(link(step.interface), step.prefix));
    case "address.delete":
      return netlink.request(deleteAddress(link(step.interface), step.prefix));
    case "route.replace":
      return netlink.request(replaceRoute(kernelRoute(step.route)));
    case "route.delete":
      return netlink.request(deleteRoute(kernelRoute(step.route)));
  }
}
