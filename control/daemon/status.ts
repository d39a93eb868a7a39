// SPDX-License-Identifier: GPL-2.0-only

import type { PortConfig } from "../config/model.js";
import type { Link } from "../netlink/link.js";
import type { Configuration, Fallback } from "./configuration.js";
import type { Revision } from "./operations.js";
import type { Router } from "./router.js";

export interface WorkerStatus {
  readonly worker: number;
  readonly cpu: number | undefined;
  /** Its kernel was started so often because the one before had died. */
  readonly restarts: number;
  readonly state: "running" | "stalled" | "dead";
}

export interface Status {
  readonly config: string;
  readonly revision: Revision;
  /** What is in force waits to be confirmed until then. */
  readonly confirmUntil: Date | undefined;
  readonly fallback: Fallback | undefined;
  /** What somebody changed behind the configuration's back, as the steps that would correct it; empty while a worker does not run. */
  readonly drift: readonly string[];
  readonly uptimeSeconds: number;
  readonly workers: readonly WorkerStatus[];
  /** One with a reason cannot be opened, and is tried again. */
  readonly ports: readonly (PortConfig & { readonly reason?: string })[];
  readonly interfaces: readonly Omit<Link, "stats">[];
}

interface Sources {
  readonly started: number;
  readonly file: string;
  readonly configuration: Configuration;
  readonly router: Router;
  workers(): readonly WorkerStatus[];
}

export async function readStatus({ started, file, configuration, router, workers }: Sources): Promise<Status> {
  const all = workers();
  // One that is dead or stuck would not answer, or dies while it is asked.
  const unknown = (): undefined => undefined;
  const [links = [], drift = []] = all.every(({ state }) => state === "running")
    ? await Promise.all([router.links().catch(unknown), configuration.drift().catch(unknown)])
    : [];
  const pending = configuration.pending();
  return {
    config: file,
    revision: configuration.inForce.revision,
    confirmUntil: pending?.deadline,
    fallback: configuration.fallback,
    drift: drift.map(({ words }) => words),
    uptimeSeconds: Math.floor((Date.now() - started) / 1000),
    workers: all,
    ports: [...router.ports.open, ...router.ports.absent.map(({ port, reason }) => ({ ...port, reason }))],
    interfaces: links.map(({ stats: _, ...link }) => link),
  };
}
