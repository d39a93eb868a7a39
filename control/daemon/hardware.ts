// SPDX-License-Identifier: GPL-2.0-only
// Workers and ports: what is below the kernels. Pure.

import { isDeepStrictEqual } from "node:util";
import type { Config, PortConfig } from "../config/model.js";
import type { Step } from "../sections/section.js";

/** What there is. */
export interface Hardware {
  readonly cpus: readonly (number | undefined)[];
  readonly ports: readonly PortConfig[];
}

export interface HardwareChange {
  /** Their name or device is wanted by another port, so they go before that comes. */
  readonly portsInTheWay: readonly PortConfig[];
  readonly newCpus: readonly (number | undefined)[];
  readonly newPorts: readonly PortConfig[];
  /** When all kernels do without them. */
  readonly oldPorts: readonly PortConfig[];
  readonly oldCpus: readonly (number | undefined)[];
}

/** New things come before old ones go, wherever both can be there at once. */
export function planHardware(is: Hardware, { workers, ports }: Pick<Config, "workers" | "ports">): HardwareChange {
  const gone = is.ports.filter((port) => !ports.some((wanted) => isDeepStrictEqual(wanted, port)));
  const newPorts = ports.filter((port) => !is.ports.some((present) => isDeepStrictEqual(present, port)));
  const inTheWay = ({ name, device }: PortConfig): boolean =>
    newPorts.some((port) => port.name === name || port.device === device);
  return {
    portsInTheWay: gone.filter(inTheWay),
    newCpus: workers.cpus.filter((cpu) => !is.cpus.includes(cpu)),
    newPorts,
    oldPorts: gone.filter((port) => !inTheWay(port)),
    oldCpus: is.cpus.filter((cpu) => !workers.cpus.includes(cpu)),
  };
}

const engineStep = (phase: Step["phase"], words: string, loss?: string): Step => ({ section: "engine", phase, words, loss });

const removal = ({ name, device }: PortConfig): Step =>
  engineStep("link.delete", `close port ${name} (${device})`, `${name} forwards nothing more`);

const processor = (cpu: number | undefined): string => (cpu === undefined ? "any processor" : `processor ${cpu}`);
const moved = "flows that change workers lose what their kernel knew of them";

/** The same, to be shown, in the order in which it is done around the kernels' steps. */
export function hardwareSteps(change: HardwareChange): { readonly before: Step[]; readonly after: Step[] } {
  const before = [
    ...change.portsInTheWay.map(removal),
    ...change.newCpus.map((cpu) => engineStep("link.create", `start a worker on ${processor(cpu)}`, moved)),
    ...change.newPorts.map(({ name, device }) => engineStep("link.create", `open port ${name} (${device})`)),
  ];
  const after = [
    ...change.oldPorts.map(removal),
    ...change.oldCpus.map((cpu) => engineStep("link.delete", `stop the worker on ${processor(cpu)}`, moved)),
  ];
  return { before, after };
}

export const isNothing = (change: HardwareChange): boolean => Object.values(change).every((list) => list.length === 0);
