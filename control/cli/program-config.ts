// SPDX-License-Identifier: GPL-2.0-only
// nuse config COMMAND

import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { Client } from "./client.js";
import type { ApplyOptions } from "./commands/config.js";

interface Reach {
  readonly client: Client;
  readonly json: true | undefined;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a number of 1 or more");
  return value;
}

const load = () => import("./commands/config.js");

export function configCommands(program: Command, reach: () => Reach): void {
  const config = program.command("config").description("the configuration: look at it, change it, go back");

  config.command("show").description("the text in force, or of a revision").argument("[revision]", "its number", positive)
    .action(async (revision: number | undefined) => {
      const { client, json } = reach();
      await (await load()).showConfig(client, revision, { json });
    });
  config.command("check").description("find the faults of a file").argument("<file>", "- is standard input")
    .action(async (file: string) => {
      const { client, json } = reach();
      await (await load()).check(client, file, { json });
    });
  config.command("diff").description("what applying a file would do, and which steps lose packets").argument("<file>")
    .action(async (file: string) => {
      const { client, json } = reach();
      await (await load()).diff(client, file, { json });
    });
  config.command("apply").description("apply a file: all of it or nothing").argument("<file>")
    .addOption(new Option("--confirm <seconds>", "go back by itself after so long, unless confirmed").argParser(positive))
    .option("--comment <text>", "for the list of revisions")
    .option("-y, --yes", "do not ask")
    .action(async (file: string, options: ApplyOptions) => {
      const { client, json } = reach();
      await (await load()).apply(client, file, { ...options, json });
    });
  config.command("confirm").description("keep what was applied to be confirmed").action(async () => {
    const { client, json } = reach();
    await (await load()).confirm(client, { json });
  });
  config.command("rollback").description("apply an older revision; while one is pending, the one before it").argument("[revision]", "its number", positive)
    .action(async (revision: number | undefined) => {
      const { client, json } = reach();
      await (await load()).rollback(client, revision, { json });
    });
  config.command("revisions").description("what was applied, newest first").action(async () => {
    const { client, json } = reach();
    await (await load()).revisions(client, { json });
  });
  config.command("drift").description("what others changed in the kernels").action(async () => {
    const { client, json } = reach();
    await (await load()).drift(client, { json });
  });
  config.command("import").description("a nuse.conf of 2015 as a configuration file").argument("<file>")
    .action(async (file: string) => (await import("./commands/import.js")).importOld(file));
  config.command("schema").description("JSON Schema of a configuration file, for editors").action(async () => (await load()).schema());
}
