// SPDX-License-Identifier: GPL-2.0-only

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createFamilies } from "../../control/metrics/registry.js";

const directory = "config/prometheus";
const promtool = (...args: string[]): string => execFileSync("promtool", args, { cwd: directory, encoding: "utf8", stdio: "pipe" });

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string; readonly expr: string }[] }[];
}
interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

const rules = (parse(readFileSync(`${directory}/nuse.rules.yml`, "utf8")) as Rules).groups.flatMap((group) => group.rules);
const tests = (parse(readFileSync(`${directory}/nuse.rules.test.yml`, "utf8")) as { tests: { alert_rule_test: AlertTest[] }[] })
  .tests.flatMap((test) => test.alert_rule_test);

describe("config/prometheus", () => {
  it.each([
    ["is a configuration", ["check", "config", "nuse.scrape.yml"]],
    ["has sound rules", ["check", "rules", "nuse.rules.yml"]],
    ["has alerts that fire when they should and only then", ["test", "rules", "nuse.rules.test.yml"]],
  ])("%s", (_name, args) => expect(promtool(...args)).toMatch(/SUCCESS/));

  it("has a test of each alert, firing and not", () => {
    const alerts = rules.flatMap(({ alert }) => alert ?? []);
    const firing = tests.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname);
    const silent = tests.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname);
    expect(alerts.length).toBeGreaterThan(20);
    expect(firing).toEqual(alerts);
    expect(silent).toEqual(alerts);
  });
});

describe("docs/monitoring.md", () => {
  const document = readFileSync("docs/monitoring.md", "utf8");

  it("has a row for each metric, and for none that is not there", () => {
    const rows = [...document.matchAll(/^\| `nuse_(\w+)` \| (\w+) \| (.*?) \| (.*?) \|$/gm)]
      .map(([, name, kind, labels, help]) => ({ name, kind, labels, help }));
    const families = createFamilies().map(({ name, kind, labels, help }) => ({ name, kind, labels: labels.join(", "), help }));
    expect(rows).toEqual(families);
  });

  it("names each alert", () => {
    for (const { alert } of rules) if (alert) expect(document, alert).toContain(`\`${alert}\``);
  });
});
