// SPDX-License-Identifier: GPL-2.0-only
// The configuration in force, and how it becomes another one.

import { readConfig } from "../config/load.js";
import type { Config } from "../config/model.js";
import { formatError, NuseError } from "../errors.js";
import type { Archive } from "../revisions/archive.js";
import type { ConfigFile } from "../revisions/config-file.js";
import type { Replacement } from "../revisions/replace.js";
import type { Step } from "../sections/section.js";
import type { Logger } from "./log.js";
import type { Applied, ApplyOptions, ConfigOperations, Revision } from "./operations.js";
import { Queue } from "./queue.js";
import { checkReload } from "./reload.js";
import type { Router } from "./router.js";

/** A configuration and what it was read from. */
export interface Standing {
  readonly revision: Revision;
  readonly text: string;
  readonly config: Config;
}

export interface Fallback {
  /** What is wrong with the file. */
  readonly reason: string;
  /** What is in force instead. */
  readonly revision: number;
}

interface Pending {
  readonly before: Standing;
  readonly deadline: Date;
  readonly timer: NodeJS.Timeout;
  /** What the file becomes when it is confirmed. */
  readonly replacement: Replacement | undefined;
}

interface Change {
  readonly text: string;
  readonly origin: string;
  readonly comment?: string | undefined;
  readonly confirmSeconds?: number | undefined;
  /** The text did not come from the file, and goes there. */
  readonly toFile: boolean;
}

export interface ConfigurationParts {
  readonly file: ConfigFile;
  readonly archive: Archive;
  readonly router: Router;
  readonly log: Logger;
  /** A change begins, and is over. */
  onBegin(): void;
  onEnd(): void;
  onApplied(success: boolean, seconds: number): void;
}

const mostSeconds = 7 * 24 * 3600;
const retryRevert = 5_000;

export class Configuration implements ConfigOperations {
  readonly #parts: ConfigurationParts;
  readonly #queue = new Queue();
  #inForce: Standing;
  #pending: Pending | undefined;
  #fallback: Fallback | undefined;

  constructor(parts: ConfigurationParts, booted: Standing, fallback: Fallback | undefined) {
    this.#parts = parts;
    this.#inForce = booted;
    this.#fallback = fallback;
  }

  get inForce(): Standing {
    return this.#inForce;
  }

  get fallback(): Fallback | undefined {
    return this.#fallback;
  }

  async text(revision?: number): Promise<string> {
    if (revision === undefined || revision === this.#inForce.revision.number) return this.#inForce.text;
    return this.#parts.archive.text(revision);
  }

  async revisions(): Promise<readonly Revision[]> {
    return this.#parts.archive.revisions();
  }

  async check(text: string): Promise<void> {
    readConfig(text, this.#parts.file.path);
  }

  async diff(text: string): Promise<readonly Step[]> {
    return this.#parts.router.preview(this.#read(text));
  }

  async drift(): Promise<readonly Step[]> {
    return this.#parts.router.preview(this.#inForce.config);
  }

  pending(): { readonly revision: Revision; readonly deadline: Date } | undefined {
    return this.#pending && { revision: this.#inForce.revision, deadline: this.#pending.deadline };
  }

  apply(text: string, { confirmSeconds, comment }: ApplyOptions = {}): Promise<Applied> {
    return this.#queue.run(() => this.#change({ text, origin: "api", comment, confirmSeconds, toFile: true }));
  }

  /** Apply what the file says now. */
  reload(): Promise<Applied> {
    return this.#queue.run(async () => this.#change({ text: await this.#parts.file.text(), origin: "reload", toFile: false }));
  }

  confirm(): Promise<Revision> {
    return this.#queue.run(() => this.#confirm());
  }

  rollback(revision?: number): Promise<Applied> {
    return this.#queue.run(async () => {
      if (this.#pending && (revision === undefined || revision === this.#pending.before.revision.number)) {
        return this.#revert(this.#pending);
      }
      const number = revision ?? this.#previous();
      const text = await this.#parts.archive.text(number);
      return this.#change({ text, origin: `rollback to ${number}`, toFile: true });
    });
  }

  /** Do something else to the router, between changes; `work` gets the configuration in force. */
  between<T>(work: (config: Config) => Promise<T>): Promise<T> {
    return this.#queue.run(() => work(this.#inForce.config));
  }

  /** What waits to be confirmed is never confirmed by nused's end. */
  async stop(): Promise<void> {
    await this.#queue.idle();
    if (this.#pending) clearTimeout(this.#pending.timer);
  }

  /** What `text` means, if it can come into force without a restart. */
  #read(text: string): Config {
    const config = readConfig(text, this.#parts.file.path);
    checkReload(this.#inForce.config, config, this.#parts.file.path);
    return config;
  }

  #previous(): number {
    const { archive } = this.#parts;
    const found = archive.revisions().find(({ state, number }) => state === "confirmed" && number !== this.#inForce.revision.number);
    if (!found) throw new NuseError("revision.unknown", "there is no revision before the one in force");
    return found.number;
  }

  async #change(change: Change): Promise<Applied> {
    if (this.#pending) {
      throw new NuseError("config.pending", `revision ${this.#inForce.revision.number} waits to be confirmed`, {
        hint: "confirm it or roll it back first",
      });
    }
    const { text, confirmSeconds } = change;
    if (confirmSeconds !== undefined && !(confirmSeconds > 0 && confirmSeconds <= mostSeconds)) {
      throw new NuseError("usage", `a change is confirmed within 1 to ${mostSeconds} seconds, not ${confirmSeconds}`);
    }
    const config = this.#read(text);
    const started = performance.now();
    this.#parts.onBegin();
    try {
      const applied = await this.#carryOut(change, config, started);
      this.#parts.onApplied(true, applied.seconds);
      return applied;
    } catch (error) {
      this.#parts.onApplied(false, since(started));
      throw error;
    } finally {
      this.#parts.onEnd();
    }
  }

  /** First what may fail for want of space, then the kernels, then what cannot fail for it. */
  async #carryOut({ text, origin, comment, confirmSeconds, toFile }: Change, config: Config, started: number): Promise<Applied> {
    const { file, archive, router, log } = this.#parts;
    const before = this.#inForce;
    const isNew = text !== before.text || confirmSeconds !== undefined || before.revision.number === 0;
    const replacement = toFile ? await file.prepare(text) : undefined;
    let kept: Revision | undefined;
    let steps: Step[];
    try {
      if (isNew) kept = await archive.add(text, origin, comment);
      steps = await router.apply(config, { previous: before.config });
      if (confirmSeconds === undefined) await this.#commit(replacement, before.config);
    } catch (error) {
      await replacement?.discard().catch(() => undefined);
      if (kept) await archive.remove(kept.number).catch(() => undefined);
      throw error;
    }
    log.level = config.logLevel;
    const revision = kept ?? before.revision;
    this.#inForce = { revision, text, config };
    if (confirmSeconds !== undefined) this.#await(confirmSeconds, before, replacement);
    else await this.#settled(kept);
    const seconds = since(started);
    log.info(
      { revision: revision.number, origin, steps: steps.map(({ words }) => words), seconds, confirmSeconds },
      steps.length === 0 ? "nothing to change" : "configuration applied",
    );
    return { revision: this.#inForce.revision, steps, seconds };
  }

  async #commit(replacement: Replacement | undefined, before: Config): Promise<void> {
    try {
      await replacement?.commit();
    } catch (cause) {
      await this.#parts.router.apply(before, { awaitPorts: true });
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new NuseError("config.unwritable", `cannot write ${this.#parts.file.path}: ${reason}`, {
        hint: "the configuration before it is in force again", cause,
      });
    }
  }

  /** The revision in force is what the file says: boot may use it. */
  async #settled(kept: Revision | undefined): Promise<void> {
    this.#fallback = undefined;
    if (!kept) return;
    try {
      const revision = await this.#parts.archive.settle(kept.number, "confirmed");
      this.#inForce = { ...this.#inForce, revision };
    } catch (error) {
      // The file has it: the next boot finds out.
      this.#parts.log.error(formatError(error));
    }
  }

  #await(seconds: number, before: Standing, replacement: Replacement | undefined): void {
    const { number } = this.#inForce.revision;
    const timer = setTimeout(() => this.#deadline(number), seconds * 1000);
    this.#pending = { before, replacement, timer, deadline: new Date(Date.now() + seconds * 1000) };
  }

  #deadline(number: number): void {
    void this.#queue.run(async () => {
      const pending = this.#pending;
      if (!pending || this.#inForce.revision.number !== number) return;
      this.#parts.log.warn({ revision: number }, "not confirmed in time: going back to the configuration before it");
      try {
        await this.#revert(pending);
      } catch (error) {
        this.#parts.log.error(`cannot go back, trying again in ${retryRevert / 1000} s\n${formatError(error)}`);
        setTimeout(() => this.#deadline(number), retryRevert);
      }
    });
  }

  async #confirm(): Promise<Revision> {
    const pending = this.#pending;
    if (!pending) throw new NuseError("config.pending", "no revision waits to be confirmed");
    const { file, log } = this.#parts;
    await pending.replacement?.commit().catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new NuseError("config.unwritable", `cannot write ${file.path}: ${reason}`, { cause });
    });
    clearTimeout(pending.timer);
    this.#pending = undefined;
    await this.#settled(this.#inForce.revision);
    log.info({ revision: this.#inForce.revision.number }, "configuration confirmed");
    this.#parts.onEnd();
    return this.#inForce.revision;
  }

  /** Back to what was before the revision that waits to be confirmed. */
  async #revert(pending: Pending): Promise<Applied> {
    const { archive, router, log } = this.#parts;
    const started = performance.now();
    const { number } = this.#inForce.revision;
    this.#parts.onBegin();
    try {
      const steps = await router.apply(pending.before.config, { awaitPorts: true });
      clearTimeout(pending.timer);
      this.#pending = undefined;
      this.#inForce = pending.before;
      log.level = pending.before.config.logLevel;
      await pending.replacement?.discard().catch(() => undefined);
      // Unless that is noted, the next boot notes it: what is pending is not booted.
      await archive.settle(number, "reverted").catch((error: unknown) => log.error(formatError(error)));
      const seconds = since(started);
      log.info({ revision: pending.before.revision.number, reverted: number, steps: steps.map(({ words }) => words), seconds }, "configuration reverted");
      this.#parts.onApplied(true, seconds);
      return { revision: pending.before.revision, steps, seconds };
    } catch (error) {
      this.#parts.onApplied(false, since(started));
      throw error;
    } finally {
      this.#parts.onEnd();
    }
  }
}

const since = (started: number): number => (performance.now() - started) / 1000;
