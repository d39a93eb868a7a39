// SPDX-License-Identifier: GPL-2.0-only
// All that the metrics of one scrape are made of, and who reads it.

import { sumLinks } from "../daemon/links.js";
import type { Counters, Drop } from "../engine/addon.js";
import { decodeLink, getLinks } from "../netlink/link.js";
import type { Link } from "../netlink/link.js";
import { refusals } from "../netlink/refusals.js";
import type { Refusal } from "../netlink/refusals.js";
import { Background } from "./background.js";
import { Collector } from "./collector.js";
import type { Collection, Observed } from "./collector.js";
import { readConntrack } from "./read/conntrack.js";
import type { ConntrackReading } from "./read/conntrack.js";
import { readMemory } from "./read/memory.js";
import type { MemoryReading } from "./read/memory.js";
import { countNeighbours } from "./read/neighbours.js";
import type { NeighbourCount } from "./read/neighbours.js";
import { readQdiscs } from "./read/qdiscs.js";
import type { QdiscReading } from "./read/qdiscs.js";
import { countRoutes } from "./read/routes.js";
import type { RouteCount } from "./read/routes.js";

/** The configuration's, the workers' and the ports' life, as the daemon knows it. */
export interface LifeSources {
  /** Number of the revision in force. */
  revision(): number;
  /** Is a revision in force because the file cannot be used? */
  fallback(): boolean;
  /** Until when the revision in force must be confirmed. */
  confirmUntil(): Date | undefined;
  /** Steps that would bring the kernels back to the configuration in force. */
  drift(): Promise<number>;
  /** How often each worker's kernel was started anew because it had died. */
  restarts(): readonly (readonly [worker: number, times: number])[];
  /** Every configured port, and whether it is open. */
  ports(): readonly (readonly [port: string, open: boolean])[];
}

export interface NamedCounter {
  /** "inet nuse" */
  readonly table: string;
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

export interface MetricSources {
  workers(): readonly (readonly [worker: number, counters: Counters])[];
  drops(): readonly (readonly [worker: number, drops: readonly Drop[]])[];
  /** Each worker's part of each port. */
  ports(): readonly (readonly [port: string, worker: number, counters: Counters])[];
  kernels(): readonly Observed[];
  readonly life: LifeSources;
  /** Named counters of one kernel's firewall. */
  readonly firewall?: (kernel: Observed) => Promise<readonly NamedCounter[]>;
}

/** How the last application of a configuration went. */
export interface Application {
  readonly success: boolean;
  readonly seconds: number;
  readonly time: number;
}

export interface Applications {
  readonly last: Application | undefined;
  readonly successes: number;
  readonly failures: number;
}

/** What is on an interface, with its name. */
export type NamedQdisc = QdiscReading & { readonly device: string };
export type NamedNeighbours = NeighbourCount & { readonly device: string };

/** Of one scrape. What could not be read is empty, and `collectors` says so. */
export interface Reading {
  readonly workers: ReturnType<MetricSources["workers"]>;
  readonly drops: ReturnType<MetricSources["drops"]>;
  readonly ports: ReturnType<MetricSources["ports"]>;
  readonly links: readonly Link[];
  readonly qdiscs: readonly NamedQdisc[];
  readonly neighbours: readonly NamedNeighbours[];
  readonly conntrack: ReadonlyMap<number, ConntrackReading>;
  readonly memory: ReadonlyMap<number, MemoryReading>;
  readonly routes: ReadonlyMap<number, readonly RouteCount[]>;
  readonly firewall: readonly NamedCounter[];
  readonly refusals: readonly Refusal[];
  readonly applications: Applications;
  readonly life: Omit<LifeSources, "drift">;
  /** Undefined before it was looked for. */
  readonly drift: number | undefined;
  readonly collectors: readonly (readonly [name: string, success: boolean, seconds: number])[];
}

/** Least time between two counts of routes, and two looks for drift, milliseconds. */
const routesRest = 5_000;
const driftRest = 60_000;

/** Whoever asks while a reading is under way, or in the same second, shares what the kernels said. */
export function createReader(sources: MetricSources, applications: () => Applications): () => Promise<Reading> {
  const { kernels, life, firewall } = sources;
  const collector = <T>(read: (kernel: Observed) => Promise<T>): Collector<T> => new Collector(kernels, read);
  const collectors = {
    interfaces: collector(({ netlink }) => netlink.dump(getLinks(), decodeLink)),
    qdiscs: collector(readQdiscs),
    neighbours: collector(countNeighbours),
    conntrack: collector(readConntrack),
    memory: collector(readMemory),
    firewall: collector(async (kernel) => (await firewall?.(kernel)) ?? []),
  };
  const routes = new Background(async () => {
    const counted = new Map<number, readonly RouteCount[]>();
    for (const kernel of kernels()) counted.set(kernel.worker, await countRoutes(kernel));
    return counted;
  }, routesRest);
  const drift = new Background(() => life.drift(), driftRest);

  const read = async (): Promise<Reading> => {
    const [interfaces, qdiscs, neighbours, conntrack, memory, counters] = await Promise.all([
      collectors.interfaces.collect(), collectors.qdiscs.collect(), collectors.neighbours.collect(),
      collectors.conntrack.collect(), collectors.memory.collect(), collectors.firewall.collect(),
    ]);
    const outcome = (name: string, { success, seconds }: Collection<unknown>) => [name, success, seconds] as const;
    return {
      workers: sources.workers(),
      drops: sources.drops(),
      ports: sources.ports(),
      links: sumLinks([...interfaces.found.values()]),
      qdiscs: named(qdiscs, interfaces),
      neighbours: named(neighbours, interfaces),
      conntrack: conntrack.found,
      memory: memory.found,
      routes: routes.look() ?? new Map(),
      firewall: [...counters.found.values()].flat(),
      refusals: refusals(),
      applications: applications(),
      life,
      drift: drift.look(),
      collectors: [
        outcome("interfaces", interfaces), outcome("qdiscs", qdiscs), outcome("neighbours", neighbours),
        outcome("conntrack", conntrack), outcome("memory", memory), outcome("firewall", counters),
      ],
    };
  };
  return shared(read);
}

interface OfInterface {
  readonly index: number;
}

/** Each with the name of its interface in its own kernel; one that has just gone is left out. */
function named<T extends OfInterface>(
  { found }: Collection<readonly T[]>,
  interfaces: Collection<readonly Link[]>,
): (T & { readonly device: string })[] {
  return [...found].flatMap(([worker, values]) => {
    const names = new Map(interfaces.found.get(worker)?.map(({ index, name }) => [index, name]));
    return values.flatMap((value) => {
      const device = names.get(value.index);
      return device === undefined ? [] : [{ ...value, device }];
    });
  });
}

/** Families that ask in one scrape get the same answer. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
