// SPDX-License-Identifier: GPL-2.0-only
// A real Prometheus that scrapes one nused over loopback of a namespace.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end, output } from "./command.js";
import type { Namespace } from "./namespace.js";

const address = "127.0.0.1:9090";
const patience = 20_000;

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export class Prometheus {
  readonly #namespace: Namespace;
  readonly #directory: string;
  readonly #child: ChildProcess;

  /** Start it with a configuration of our own in which the target and the interval of scrapes are others. */
  constructor(namespace: Namespace, configuration: string, target: string) {
    this.#namespace = namespace;
    this.#directory = mkdtempSync(join(tmpdir(), "nuse-prometheus-"));
    const text = readFileSync(configuration, "utf8")
      .replace(/targets: \[.*\]/, `targets: ["${target}"]`)
      .replace(/(scrape|evaluation)_interval: \d+s/g, "$1_interval: 1s");
    writeFileSync(join(this.#directory, "prometheus.yml"), text);
    const rules = "nuse.rules.yml";
    writeFileSync(join(this.#directory, rules), readFileSync(join(configuration, "..", rules)));
    const [command, ...args] = [
      ...namespace.prefix, "prometheus", `--config.file=${this.#directory}/prometheus.yml`,
      `--storage.tsdb.path=${this.#directory}/data`, `--web.listen-address=${address}`, "--log.level=error",
    ];
    this.#child = spawn(command!, args, { stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Wait until it serves. */
  async ready(): Promise<void> {
    const deadline = Date.now() + patience;
    for (;;) {
      const answer = await this.#get("/-/ready").catch(() => "");
      if (/ready/i.test(answer)) return;
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error("prometheus does not start");
      await sleep(200);
    }
  }

  /** What an expression gives now. */
  async query(expression: string): Promise<readonly Series[]> {
    const text = await this.#get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = JSON.parse(text) as { status: string; error?: string; data?: { result: Series[] } };
    if (!answer.data) throw new Error(`${expression}: ${answer.error ?? answer.status}`);
    return answer.data.result;
  }

  /** Names of the rules that it could not evaluate, with the reason. */
  async brokenRules(): Promise<readonly string[]> {
    const text = await this.#get("/api/v1/rules");
    const { data } = JSON.parse(text) as { data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] } };
    return data.groups.flatMap(({ rules }) => rules)
      .filter(({ health }) => health !== "ok").map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ""}`);
  }

  async stop(): Promise<void> {
    await end(this.#child, "SIGKILL");
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #get(path: string): Promise<string> {
    const [command, ...args] = this.#namespace.prefix;
    return output(command, ...args, "curl", "--silent", "--max-time", "5", `http://${address}${path}`);
  }
}
