// SPDX-License-Identifier: GPL-2.0-only
// What the API shows and does, as it knows it: it has no other way into the daemon.

import type { ConfigOperations } from "../daemon/operations.js";
import type { Capture, CaptureOptions } from "../show/capture.js";
import type { RouteFilter } from "../show/routes.js";
import type { EventFeed } from "./feed.js";
import type { LogBook } from "./logbook.js";
import type { Health, Status } from "./schema/status.js";
import type { Connection, Drop, Firewall, Interface, Neighbour, Queue, Route, Rule } from "./schema/tables.js";

/**
 * Tables of one worker's kernel, or, without a number, of the first one with the
 * counters of all together: they are configured alike. What may be long comes in
 * parts, each at most some hundred rows; to leave early is allowed.
 */
export interface Tables {
  interfaces(worker?: number): Promise<Interface[]>;
  neighbours(worker?: number): Promise<Neighbour[]>;
  rules(worker?: number): Promise<Rule[]>;
  queues(worker?: number): Promise<Queue[]>;
  firewall(worker?: number): Promise<Firewall>;
  drops(worker?: number): Drop[];
  routes(filter: RouteFilter, worker?: number): AsyncIterable<Route[]>;
  connections(worker?: number): AsyncIterable<Connection[]>;
}

export interface ApiSources {
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly config: ConfigOperations;
  readonly tables: Tables;
  readonly feed: EventFeed;
  readonly log: LogBook;
  health(): Health;
  status(): Promise<Status>;
  /** Throws if there is no such worker or interface, or the filter makes no sense. */
  capture(options: CaptureOptions): Promise<Capture>;
}
