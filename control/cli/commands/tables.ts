// SPDX-License-Identifier: GPL-2.0-only
// Commands that show a table of the kernels.

import type { Connection, Drop, Firewall, Interface, NatRule, Neighbour, Queue, Route, Rule } from "../../api/schema/tables.js";
import type { Client } from "../client.js";
import { printJson, printTable, say } from "../output.js";
import { formatTable } from "../table.js";
import type { Column } from "../table.js";

export interface TableOptions {
  readonly json?: boolean | undefined;
  readonly worker?: number | undefined;
}

interface Short<T> {
  readonly path: string;
  readonly none: string;
  readonly columns: readonly Column<T>[];
}

const tables = {
  interfaces: {
    path: "/v1/interfaces",
    none: "no interfaces",
    columns: [
      { title: "INTERFACE", value: ({ name }) => name },
      { title: "KIND", value: ({ kind }) => kind },
      { title: "STATE", value: ({ up, carrier }) => (up ? (carrier ? "up" : "no carrier") : "down") },
      { title: "MTU", value: ({ mtu }) => mtu },
      { title: "OF", value: ({ master }) => master },
      { title: "ADDRESSES", value: ({ addresses }) => addresses.join(" ") },
      { title: "RX PACKETS", value: ({ stats }) => stats.rxPackets },
      { title: "TX PACKETS", value: ({ stats }) => stats.txPackets },
      { title: "DROPPED", value: ({ stats }) => stats.rxDropped + stats.txDropped },
      { title: "ERRORS", value: ({ stats }) => stats.rxErrors + stats.txErrors },
    ],
  } satisfies Short<Interface>,
  neighbours: {
    path: "/v1/neighbours",
    none: "no neighbours",
    columns: [
      { title: "ADDRESS", value: ({ address }) => address },
      { title: "INTERFACE", value: (row) => row.interface },
      { title: "MAC", value: ({ mac }) => mac },
      { title: "STATE", value: ({ state }) => state },
    ],
  } satisfies Short<Neighbour>,
  rules: {
    path: "/v1/rules",
    none: "no rules",
    columns: [
      { title: "PRIORITY", value: ({ priority }) => priority },
      { title: "FAMILY", value: ({ family }) => family },
      { title: "FROM", value: ({ from = "all" }) => from },
      { title: "TO", value: ({ to }) => to },
      { title: "INCOMING", value: ({ incoming }) => incoming },
      { title: "OUTGOING", value: ({ outgoing }) => outgoing },
      { title: "MARK", value: ({ mark }) => mark },
      { title: "ACTION", value: ({ action }) => action },
      { title: "TABLE", value: ({ table }) => table },
    ],
  } satisfies Short<Rule>,
  nat: {
    path: "/v1/nat",
    none: "no address is translated",
    columns: [
      { title: "HOOK", value: ({ hook }) => hook },
      { title: "TABLE", value: ({ family, table }) => `${family} ${table}` },
      { title: "CHAIN", value: ({ chain }) => chain },
      { title: "RULE", value: ({ rule }) => rule },
      { title: "PACKETS", value: ({ packets }) => packets },
      { title: "BYTES", value: ({ bytes }) => bytes },
    ],
  } satisfies Short<NatRule>,
  qos: {
    path: "/v1/qos",
    none: "no queues",
    columns: [
      { title: "INTERFACE", value: (row) => row.interface },
      { title: "OBJECT", value: ({ object }) => object },
      { title: "KIND", value: ({ kind }) => kind },
      { title: "HANDLE", value: ({ handle }) => handle },
      { title: "PARENT", value: ({ parent }) => parent },
      { title: "PACKETS", value: ({ packets }) => packets },
      { title: "BYTES", value: ({ bytes }) => bytes },
      { title: "DROPS", value: ({ drops }) => drops },
      { title: "OVERLIMITS", value: ({ overlimits }) => overlimits },
      { title: "BACKLOG", value: ({ backlogPackets }) => backlogPackets },
    ],
  } satisfies Short<Queue>,
  drops: {
    path: "/v1/drops",
    none: "nothing was dropped",
    columns: [
      { title: "REASON", value: ({ reason }) => reason },
      { title: "PLACE", value: ({ place }) => place },
      { title: "FRAMES", value: ({ frames }) => frames },
    ],
  } satisfies Short<Drop>,
} as const;

export type ShortTable = keyof typeof tables;

export async function showTable(client: Client, name: ShortTable, { json, worker }: TableOptions): Promise<void> {
  const { path, columns, none } = tables[name] as Short<unknown>;
  const rows = await client.get<unknown[]>(path, { worker });
  if (json) printJson(rows);
  else printTable(columns, rows, none);
}

export async function showFirewall(client: Client, { json, worker }: TableOptions): Promise<void> {
  const { text, ruleset } = await client.get<Firewall>("/v1/firewall", { worker });
  if (json) printJson(ruleset);
  else process.stdout.write(text === "" ? "no rules\n" : text);
}

export interface RouteOptions extends TableOptions {
  readonly family?: string | undefined;
  readonly table?: number | undefined;
  readonly protocol?: string | undefined;
  readonly interface?: string | undefined;
  readonly to?: string | undefined;
}

const hops = ({ nextHops = [] }: Route): string =>
  nextHops.map(({ via, interface: name, weight = 1 }) => [via, name, weight > 1 ? `x${weight}` : ""].filter(Boolean).join(" ")).join(", ");

const routeColumns: readonly Column<Route>[] = [
  { title: "TO", value: ({ to }) => to },
  { title: "TYPE", value: ({ type }) => (type === "unicast" ? undefined : type) },
  { title: "VIA", value: (route) => route.via ?? hops(route) },
  { title: "INTERFACE", value: (route) => route.interface },
  { title: "METRIC", value: ({ metric }) => metric },
  { title: "PROTOCOL", value: ({ protocol }) => protocol },
  { title: "TABLE", value: ({ table }) => (table === 254 ? undefined : table) },
  { title: "SOURCE", value: ({ source }) => source },
];

export async function showRoutes(client: Client, { json, ...query }: RouteOptions): Promise<void> {
  await showLong(client.lines<Route>("/v1/routes", { ...query }), routeColumns, json, "no routes");
}

const address = (host: string, port: number | undefined): string =>
  port === undefined ? host : host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

const connectionColumns: readonly Column<Connection>[] = [
  { title: "PROTOCOL", value: ({ protocol }) => protocol },
  { title: "FROM", value: ({ original }) => address(original.source, original.sourcePort) },
  { title: "TO", value: ({ original }) => address(original.destination, original.destinationPort) },
  { title: "ANSWERS FROM", value: ({ reply }) => address(reply.source, reply.sourcePort) },
  { title: "ANSWERS TO", value: ({ reply }) => address(reply.destination, reply.destinationPort) },
  { title: "NAT", value: ({ nat }) => nat.join(" ") },
  { title: "STATE", value: ({ state, assured }) => state ?? (assured ? "assured" : undefined) },
  { title: "TIMEOUT", value: ({ timeoutSeconds }) => timeoutSeconds },
];

export async function showConntrack(client: Client, { json, worker }: TableOptions): Promise<void> {
  await showLong(client.lines<Connection>("/v1/conntrack", { worker }), connectionColumns, json, "no connections");
}

/** So many rows have columns in common; as JSON each is a line at once. */
const together = 1000;

async function showLong<T>(rows: AsyncIterable<T>, columns: readonly Column<T>[], json: boolean | undefined, none: string): Promise<void> {
  let waiting: T[] = [];
  let shown = 0;
  const flush = (): void => {
    if (waiting.length === 0) return;
    const text = formatTable(columns, waiting);
    process.stdout.write(shown === 0 ? text : text.slice(text.indexOf("\n") + 1));
    shown += waiting.length;
    waiting = [];
  };
  for await (const row of rows) {
    if (json) {
      await write(`${JSON.stringify(row)}\n`);
      continue;
    }
    waiting.push(row);
    if (waiting.length >= together) flush();
  }
  if (json) return;
  flush();
  if (shown === 0) say(none);
}

const write = (text: string): Promise<void> | undefined =>
  process.stdout.write(text) ? undefined : new Promise((resolve) => process.stdout.once("drain", () => resolve()));
