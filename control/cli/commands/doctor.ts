// SPDX-License-Identifier: GPL-2.0-only
// Whether this host is fit for nused. Needs no nused to be running.

import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { NuseError } from "../../errors.js";
import { examine } from "../doctor/checks.js";
import type { Finding, Host, Wanted } from "../doctor/checks.js";
import { green, printJson, red, say, tell, yellow } from "../output.js";

const defaultFile = "/etc/nuse/nuse.yaml";

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};

const host: Host = {
  read: (path) => attempt(() => readFileSync(path, "utf8")),
  list: (path) => attempt(() => readdirSync(path)) ?? [],
  link: (path) => attempt(() => readlinkSync(path)),
  uid: process.getuid?.() ?? -1,
};

const nothing: Wanted = { devices: [], cpus: [], memory: 0 };

/** What the configuration needs of the host; without one, what every nused needs. */
async function readWanted(file: string | undefined): Promise<Wanted> {
  if (file === undefined && !existsSync(defaultFile)) {
    tell(`there is no ${defaultFile}: devices and processors are not looked at`);
    return nothing;
  }
  const { loadConfig } = await import("../../config/load.js");
  const { ports, workers } = await loadConfig(file ?? defaultFile);
  return {
    devices: ports.map(({ device }) => device),
    cpus: workers.cpus.flatMap((cpu) => cpu ?? []),
    memory: workers.memory * workers.cpus.length,
  };
}

const marks = { ok: green("ok  "), warn: yellow("warn"), fail: red("fail") } as const;

export async function doctor({ json, config }: { readonly json?: boolean | undefined; readonly config?: string | undefined }): Promise<void> {
  const findings = examine(host, await readWanted(config));
  if (json) printJson(findings);
  else findings.forEach(print);
  const failed = findings.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0) throw new NuseError("doctor.failed", `${failed.length} of ${findings.length} checks failed`);
}

function print({ subject, verdict, words, advice }: Finding): void {
  say(`${marks[verdict]} ${subject}: ${words}`);
  if (advice !== undefined) say(`       ${advice}`);
}
