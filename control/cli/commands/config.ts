// SPDX-License-Identifier: GPL-2.0-only
// What the configuration is, and changing it.

import { readFileSync } from "node:fs";
import type { Applied, Revision, Step } from "../../api/schema/config.js";
import { NuseError } from "../../errors.js";
import type { Client } from "../client.js";
import { green, interactive, printJson, printTable, say, tell, yellow } from "../output.js";

interface Json {
  readonly json?: boolean | undefined;
}

/** "-" is standard input. */
export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new NuseError("config.unreadable", `cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export async function showConfig(client: Client, revision: number | undefined, { json }: Json): Promise<void> {
  const { text } = await client.get<{ text: string }>("/v1/config", { revision });
  if (json) printJson({ text });
  else process.stdout.write(text);
}

/** What nused finds wrong, it finds in its own file: tell it with the name of the one that we read. */
async function inFile<T>(file: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof NuseError ? renamed(error, file === "-" ? "standard input" : file) : error;
  });
}

function renamed(error: NuseError, file: string): NuseError {
  const { code, message, hint, faults, place } = error;
  const [, position] = place && "at" in place ? /:(\d+:\d+)$/.exec(place.at) ?? [] : [];
  return new NuseError(code, message, {
    hint, cause: error,
    faults: faults.map((fault) => renamed(fault, file)),
    place: position === undefined ? place : { at: `${file}:${position}` },
  });
}

export async function check(client: Client, file: string, { json }: Json): Promise<void> {
  await inFile(file, client.post("/v1/config/check", { text: readText(file) }));
  if (json) printJson({ valid: true });
  else say(`${file} is valid`);
}

export async function diff(client: Client, file: string, { json }: Json): Promise<void> {
  const steps = await inFile(file, client.post<Step[]>("/v1/config/diff", { text: readText(file) }));
  if (json) printJson(steps);
  else printSteps(steps, "nothing would change", say);
}

export async function drift(client: Client, { json }: Json): Promise<void> {
  const steps = await client.get<Step[]>("/v1/config/drift");
  if (json) printJson(steps);
  else printSteps(steps, "nobody changed anything", say);
}

function printSteps(steps: readonly Step[], none: string, print: (text: string) => unknown): void {
  if (steps.length === 0) print(none);
  for (const { words, loss } of steps) print(loss === undefined ? `  ${words}` : `  ${words}  ${yellow(`loses packets: ${loss}`)}`);
}

export interface ApplyOptions extends Json {
  /** Seconds. */
  readonly confirm?: number | undefined;
  readonly comment?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** Show what would change, ask, apply, and say how to keep it. */
export async function apply(client: Client, file: string, { confirm, comment, yes, json }: ApplyOptions): Promise<void> {
  const text = readText(file);
  if (!json) {
    const steps = await inFile(file, client.post<Step[]>("/v1/config/diff", { text }));
    printSteps(steps, "nothing would change", tell);
    if (steps.length > 0 && !yes && file !== "-" && interactive() && !(await agreed())) {
      tell("nothing was changed");
      return;
    }
    tell("applying ...");
  }
  const applied = await inFile(file, client.post<Applied>("/v1/config/apply", { text, confirmSeconds: confirm, comment }));
  if (json) printJson(applied);
  else sayApplied(applied, confirm);
}

function sayApplied({ revision, steps, seconds }: Applied, confirm: number | undefined): void {
  say(green(`revision ${revision.number} is in force: ${steps.length} steps in ${seconds.toFixed(2)} s`));
  if (confirm !== undefined) say(yellow(`it is taken back in ${confirm} s unless you say: nuse config confirm`));
}

async function agreed(): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question("apply this? [y/N] ").finally(() => asking.close());
  return /^y(es)?$/i.test(answer.trim());
}

export async function confirm(client: Client, { json }: Json): Promise<void> {
  const revision = await client.post<Revision>("/v1/config/confirm");
  if (json) printJson(revision);
  else say(`revision ${revision.number} stays`);
}

export async function rollback(client: Client, revision: number | undefined, { json }: Json): Promise<void> {
  const applied = await client.post<Applied>("/v1/config/rollback", undefined, { revision });
  if (json) printJson(applied);
  else sayApplied(applied, undefined);
}

export async function revisions(client: Client, { json }: Json): Promise<void> {
  const found = await client.get<Revision[]>("/v1/config/revisions");
  if (json) {
    printJson(found);
    return;
  }
  printTable<Revision>([
    { title: "REVISION", value: ({ number }) => number },
    { title: "TIME", value: ({ time }) => time },
    { title: "ORIGIN", value: ({ origin }) => origin },
    { title: "STATE", value: ({ state }) => state },
    { title: "COMMENT", value: ({ comment }) => comment },
  ], found, "no revisions");
}

/** The schema needs no nused to be running. */
export async function schema(): Promise<void> {
  const { ConfigFile } = await import("../../config/schema/file.js");
  printJson(ConfigFile);
}
