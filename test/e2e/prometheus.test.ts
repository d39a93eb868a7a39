// SPDX-License-Identifier: GPL-2.0-only
// What is in config/prometheus and config/grafana, asked of a real Prometheus
// that scrapes a nused with traffic.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { get } from "../../lab/http.js";
import { hosts } from "../../lab/network.js";
import { Prometheus } from "../../lab/prometheus.js";
import { background, end } from "../../lab/command.js";
import type { ChildProcess } from "node:child_process";
import { iperf, ping } from "../../lab/traffic.js";
import { eventually, useLab } from "./lab.js";

const lab = useLab("prometheus");
const scraped = "127.0.0.1:9436";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string; readonly record?: string; readonly expr: string }[] }[];
}

const dashboard = JSON.parse(readFileSync("config/grafana/nuse.json", "utf8")) as Dashboard;
const rules = (parse(readFileSync("config/prometheus/nuse.rules.yml", "utf8")) as Rules).groups.flatMap((group) => group.rules);

/** Grafana's variables as they are when everything is chosen. */
const filled = (expression: string): string =>
  expression.replaceAll("$__rate_interval", "10s").replaceAll("$instance", ".*").replaceAll("$device", ".*");

/** Rightly without data here. */
const empty: readonly (readonly [RegExp, string])[] = [
  [/nuse_firewall_counter/, "no firewall in this configuration"],
  [/nuse_netlink_errors_total/, "no kernel has refused anything"],
  [/nuse_scrape_collector_success.* == 0/, "no part of the scrape failed"],
];

let prometheus: Prometheus;
let relay: ChildProcess;

beforeAll(async () => {
  const [command, ...prefix] = lab.network.router.prefix;
  // Prometheus speaks TCP only, and nused of the lab listens on a unix socket.
  relay = background(command, ...prefix, process.execPath, "build/js/lab/relay.js", scraped, lab.nused.socket);
  prometheus = new Prometheus(lab.network.router, "config/prometheus/nuse.scrape.yml", scraped);
  await prometheus.ready();
  await ping(lab.network.a, hosts.b.v4, 5);
  lab.network.a.run("bash", "-c", `for i in 1 2 3; do echo lost > /dev/udp/${hosts.a.router4}/4077; done`);
  await iperf(lab.network.a, lab.network.b, hosts.b.v4, 6);
});

afterAll(async () => {
  await prometheus?.stop();
  if (relay) await end(relay);
});

/** Asked again for a while: the rate of something takes two scrapes. */
const series = (expression: string) => eventually(() => prometheus.query(expression), (found) => found.length > 0, 5);

describe("a live scrape", () => {
  it("has nothing that promtool objects to", async () => {
    const { body } = await get(lab.nused.socket, "/metrics");
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" });
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
  });

  it("comes without any part failing", async () => {
    expect(await series('up{job="nuse"} == 1')).toHaveLength(1);
    expect(await prometheus.query("nuse_scrape_collector_success == 0")).toEqual([]);
  });
});

describe("the dashboard", () => {
  const expressions = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));

  it.each(expressions)("%s: %s", async (_title, expression) => {
    const rightly = empty.some(([pattern]) => pattern.test(expression));
    if (rightly) expect(await prometheus.query(filled(expression))).toEqual([]);
    else expect(await series(filled(expression)), expression).not.toEqual([]);
  });

  it("has annotations that Prometheus understands", async () => {
    for (const { expr } of dashboard.annotations.list) expect(Array.isArray(await prometheus.query(filled(expr)))).toBe(true);
  });

  it("uses every metric of the router, but those of nobody's interest", async () => {
    const text = JSON.stringify(dashboard);
    const names = [...(await get(lab.nused.socket, "/metrics")).body.matchAll(/^# TYPE (nuse_\w+)/gm)].map(([, name]) => name!);
    const unused = names.filter((name) => !text.includes(name) && !/^nuse_(nodejs|process)_/.test(name));
    expect(unused).toEqual([
      "nuse_port_transmit_bytes_total", "nuse_port_gossip_heard_total", "nuse_port_gossip_lost_total", "nuse_worker_control_calls_total", "nuse_worker_longest_turn_seconds",
      "nuse_worker_receive_bytes_total", "nuse_worker_transmit_bytes_total", "nuse_kernel_memory_free_bytes",
    ]);
  });
});

describe("the rules", () => {
  /** What an alert compares, without what it compares it with. */
  const compared = (expression: string): string => expression.split(/ (?:and|or) /)[0]!.replace(/ (?:>|<|==) .*$/s, "").trim();

  it("can all be evaluated", async () => {
    await eventually(() => prometheus.brokenRules(), (broken) => broken.length === 0);
    expect(await prometheus.brokenRules()).toEqual([]);
  });

  it.each(rules.map(({ alert, record, expr }) => [alert ?? record!, expr] as const))("%s looks at something that is there", async (_name, expr) => {
    expect(await series(compared(expr).replaceAll(/\[\d+[mh]\]/g, "[10s]")), expr).not.toEqual([]);
  });
});
