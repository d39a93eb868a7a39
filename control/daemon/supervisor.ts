// SPDX-License-Identifier: GPL-2.0-only
// Looks after what goes wrong by itself: kernels that die, workers that do not
// turn, ports that cannot be opened yet.

import { formatError, NuseError } from "../errors.js";
import { Bound } from "./bound.js";
import type { Configuration } from "./configuration.js";
import type { Logger } from "./log.js";
import { Retry } from "./retry.js";
import type { Router } from "./router.js";
import type { WorkerStatus } from "./status.js";

const restarts = { times: 5, seconds: 300 };
/** Shorter silences are the host's, which had no processor for the worker. */
const stalledAfter = 5;
/** Of a kernel that has died. */
const lastLines = 60;

export interface SupervisorParts {
  readonly router: Router;
  readonly configuration: Configuration;
  readonly log: Logger;
  /** Nothing more can be done. */
  onFatal(error: NuseError): void;
}

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #bound = new Bound(restarts.times, restarts.seconds);
  readonly #retry = new Retry(() => this.#openPorts());
  readonly #lines = new Map<number, string[]>();
  readonly #restarts = new Map<number, number>();
  readonly #stalled = new Set<number>();

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.look();
    for (const { number, death } of parts.router.workers) if (death !== undefined) this.died(number, death);
  }

  /** A port may have become absent: after each change. */
  look(): void {
    for (const { port, reason } of this.#parts.router.ports.absent) {
      this.#parts.log.warn({ port: port.name, reason }, "the port cannot be opened yet; the rest works, and it is tried again");
    }
    if (this.#parts.router.ports.absent.length > 0) this.#retry.want();
  }

  stop(): void {
    this.#retry.stop();
  }

  workers(): WorkerStatus[] {
    return this.#parts.router.workers.map((worker) => ({
      worker: worker.number,
      cpu: worker.settings.cpu,
      restarts: this.restarts(worker.number),
      state: worker.death !== undefined ? "dead" : this.#stalled.has(worker.number) ? "stalled" : "running",
    }));
  }

  restarts(worker: number): number {
    return this.#restarts.get(worker) ?? 0;
  }

  logged(worker: number, line: string): void {
    const lines = this.#lines.get(worker) ?? [];
    lines.push(line);
    this.#lines.set(worker, lines.slice(-lastLines));
  }

  stalled(worker: number, seconds: number | undefined): void {
    const { log } = this.#parts;
    if (seconds === undefined) {
      if (this.#stalled.delete(worker)) log.warn({ worker }, "the worker turns again");
    } else if (seconds >= stalledAfter && !this.#stalled.has(worker)) {
      this.#stalled.add(worker);
      log.error({ worker, seconds }, "the worker does not turn");
    }
  }

  died(worker: number, reason: string): void {
    const { log, onFatal } = this.#parts;
    log.error({ worker, reason, kernel: this.#lines.get(worker) }, "the library kernel of a worker has died");
    if (this.#bound.allows()) {
      void this.#replaceDead();
      return;
    }
    onFatal(new NuseError("engine.died", `the library kernel of worker ${worker} has died: ${reason}`, {
      hint: `kernels were started anew ${restarts.times} times within ${restarts.seconds} s, which is enough`,
    }));
  }

  async #replaceDead(): Promise<void> {
    const { router, configuration, log, onFatal } = this.#parts;
    const dead = () => router.workers.filter(({ death }) => death !== undefined);
    try {
      await configuration.between(async (config) => {
        const anew: number[] = [];
        for (const worker of dead()) {
          anew.push((await router.replace(worker)).number);
          this.#stalled.delete(worker.number);
        }
        await router.apply(config, { awaitPorts: true });
        for (const number of anew) {
          this.#restarts.set(number, this.restarts(number) + 1);
          log.warn({ worker: number }, "a new kernel has taken the place of the one that died");
        }
      });
      this.look();
    } catch (error) {
      // One more that died meanwhile has its own turn.
      if (dead().length > 0) return;
      onFatal(new NuseError("engine.died", `a worker whose kernel has died cannot be replaced: ${formatError(error)}`, { cause: error }));
    }
  }

  /** Whether some are still absent. */
  async #openPorts(): Promise<boolean> {
    const { router, configuration, log } = this.#parts;
    try {
      await configuration.between(async (config) => {
        const before = router.ports.absentNames;
        if (!(await router.ports.retry())) return;
        const came = [...before].filter((name) => !router.ports.absentNames.has(name));
        const steps = await router.apply(config, { awaitPorts: true });
        log.info({ ports: came, steps: steps.map(({ words }) => words) }, "ports have come, and their part of the configuration is applied");
      });
    } catch (error) {
      log.error(`ports have come, but their part of the configuration cannot be applied\n${formatError(error)}`);
    }
    return router.ports.absent.length > 0;
  }
}
