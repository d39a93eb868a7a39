#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// nused --config FILE [--check]

import { Command, CommanderError } from "commander";
import { loadConfig } from "../config/load.js";
import { codes, exitStatus, formatError } from "../errors.js";

const defaultFile = "/etc/nuse/nuse.yaml";

interface Options {
  readonly config: string;
  readonly check?: true;
}

function parse(argv: string[]): Options {
  return new Command("nused")
    .description("a router on the Linux network stack in user space")
    .option("-c, --config <file>", "configuration file", defaultFile)
    .option("--check", "check the configuration file and exit")
    .allowExcessArguments(false)
    .exitOverride()
    .parse(argv)
    .opts<Options>();
}

function fail(error: unknown): never {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(exitStatus(error));
}

async function check(file: string): Promise<void> {
  const { ports, interfaces, routes } = await loadConfig(file);
  process.stdout.write(
    `${file} is valid: ${ports.length} ports, ${interfaces.length} interfaces, ${routes.length} routes\n`,
  );
}

/** Run until a signal or the kernel's death ends it. */
async function run(file: string): Promise<void> {
  const { Daemon } = await import("../daemon/daemon.js");
  // A signal that comes while it starts is heeded when it has.
  const started = Daemon.start(file, fail);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    started.then((daemon) => daemon.stop()).then(() => process.exit(0), fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => void started.then((daemon) => daemon.reload(), () => undefined));
  await started;
}

try {
  const { config, check: onlyCheck } = parse(process.argv);
  await (onlyCheck ? check(config) : run(config));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : codes.usage);
  fail(error);
}
