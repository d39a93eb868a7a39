// SPDX-License-Identifier: GPL-2.0-only
// Which configuration nused starts with: what the file says, or, if that cannot
// be, the newest revision that can. A revision that was to be confirmed and was
// not is never among them.

import { isAbsolute } from "node:path";
import { parseDocument } from "yaml";
import { readConfig } from "../config/load.js";
import type { Config } from "../config/model.js";
import { formatError, NuseError } from "../errors.js";
import type { Archive } from "../revisions/archive.js";
import type { ConfigFile } from "../revisions/config-file.js";
import type { Logger } from "./log.js";
import type { Fallback, Standing } from "./configuration.js";
import type { Revision } from "./operations.js";
import { sha256 } from "../revisions/revision.js";

/** Of revisions: a kernel that refuses three of them refuses all. */
const attempts = 3;
const defaultState = "/var/lib/nuse";

/**
 * Where nused keeps what must outlive it: what the file says, even if the rest
 * of it is wrong, or what the service manager says.
 */
export function stateDirectory(text: string | undefined): string {
  const named: unknown = text === undefined ? undefined : parseDocument(text, { logLevel: "silent" }).get("state");
  return typeof named === "string" && isAbsolute(named) ? named : (process.env["STATE_DIRECTORY"]?.split(":")[0] ?? defaultState);
}

export interface Booted<T> {
  readonly running: T;
  readonly standing: Standing;
  readonly fallback: Fallback | undefined;
}

/** Try the candidates until `start` succeeds with one; throws what is wrong with the first. */
export async function boot<T>(
  file: ConfigFile, archive: Archive, log: Logger, start: (config: Config) => Promise<T>,
): Promise<Booted<T>> {
  let fault: unknown;
  const text = await file.text().catch((error: unknown) => void (fault = error));
  await settlePending(archive, text, log);
  if (text !== undefined) {
    try {
      const config = readConfig(text, file.path);
      const running = await start(config);
      return { running, standing: { text, config, revision: await keep(archive, text, log) }, fallback: undefined };
    } catch (error) {
      if (error instanceof NuseError && error.code === "daemon.running") throw error;
      fault = error;
    }
  }
  const booted = await bootRevision(archive, text, log, start);
  if (!booted) throw fault;
  const fallback = { reason: formatError(fault), revision: booted.standing.revision.number };
  log.error(fallback, `${file.path} cannot be used: revision ${fallback.revision} is in force instead`);
  return { ...booted, fallback };
}

async function bootRevision<T>(
  archive: Archive, refused: string | undefined, log: Logger, start: (config: Config) => Promise<T>,
): Promise<Omit<Booted<T>, "fallback"> | undefined> {
  const tried = new Set(refused === undefined ? [] : [sha256(refused)]);
  const good = archive.revisions().filter(({ state }) => state === "confirmed");
  for (const revision of good) {
    if (tried.has(revision.sha256) || tried.size > attempts) continue;
    tried.add(revision.sha256);
    try {
      const text = await archive.text(revision.number);
      const config = readConfig(text, `revision ${revision.number}`);
      return { running: await start(config), standing: { text, config, revision } };
    } catch (error) {
      log.error(`cannot start with revision ${revision.number} either\n${formatError(error)}`);
    }
  }
  return undefined;
}

/**
 * What was pending when nused ended was not confirmed, unless the file has it:
 * then nused was killed between writing that and noting it.
 */
async function settlePending(archive: Archive, text: string | undefined, log: Logger): Promise<void> {
  for (const { number, state, sha256: sum } of archive.revisions()) {
    if (state !== "pending") continue;
    const confirmed = text !== undefined && sum === sha256(text);
    if (!confirmed) log.warn({ revision: number }, "the revision was not confirmed before nused ended, and is not used");
    await archive.settle(number, confirmed ? "confirmed" : "reverted").catch((error: unknown) => log.error(formatError(error)));
  }
}

/** The revision of what was booted from the file. A router boots whether or not there is space to keep it. */
async function keep(archive: Archive, text: string, log: Logger): Promise<Revision> {
  const sum = sha256(text);
  const newest = archive.revisions().find(({ state }) => state === "confirmed");
  if (newest?.sha256 === sum) return newest;
  try {
    const { number } = await archive.add(text, "boot");
    return await archive.settle(number, "confirmed");
  } catch (error) {
    log.error(formatError(error));
    return { number: 0, time: new Date(), origin: "boot", comment: undefined, state: "confirmed", sha256: sum };
  }
}
