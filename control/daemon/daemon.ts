// SPDX-License-Identifier: GPL-2.0-only
// nused's life: start, apply, serve, reload, stop.

import type { FastifyInstance } from "fastify";
import { createApi } from "../api/server.js";
import { formatListen, listenOn } from "../api/listen.js";
import { apply } from "../apply/apply.js";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/model.js";
import { findLibrary, loadAddon } from "../engine/addon.js";
import type { Addon } from "../engine/addon.js";
import { formatError, NuseError } from "../errors.js";
import { createMetrics } from "../metrics/registry.js";
import type { Metrics } from "../metrics/registry.js";
import { createLog } from "./log.js";
import type { Logger } from "./log.js";
import { checkReload } from "./reload.js";
import { startRouter } from "./router.js";
import type { Router } from "./router.js";
import { readStatus } from "./status.js";

export class Daemon {
  readonly #file: string;
  readonly #addon: Addon;
  readonly #router: Router;
  readonly #metrics: Metrics;
  readonly #api: FastifyInstance;
  readonly #log: Logger;
  readonly #started = Date.now();
  #config: Config;
  #death: string | undefined;
  #changing: Promise<void> = Promise.resolve();

  private constructor(file: string, config: Config, addon: Addon, router: Router, log: Logger) {
    this.#file = file;
    this.#config = config;
    this.#addon = addon;
    this.#router = router;
    this.#log = log;
    const { engine, kernels, portNames } = router;
    const links = () => router.links();
    this.#metrics = createMetrics({
      workers: () => kernels.map(({ worker }) => [worker, engine.counters(worker)]),
      drops: () => kernels.map(({ worker }) => [worker, engine.drops(worker)]),
      ports: () => kernels.flatMap(({ worker }) => portNames.map((port) => [port, worker, engine.portCounters(port, worker)])),
      links,
    });
    this.#api = createApi({
      registry: this.#metrics.registry,
      health: () => ({ healthy: this.#death === undefined, reason: this.#death }),
      status: () => readStatus({ started: this.#started, file, config: this.#config, links }),
    });
  }

  /** Start everything; `onDeath` hears when the kernel has died. */
  static async start(file: string, onDeath: (error: NuseError) => void): Promise<Daemon> {
    const config = await loadConfig(file);
    const log = createLog(config.logLevel);
    const addon = loadAddon();
    const library = findLibrary();
    let daemon: Daemon | undefined;
    const router = await startRouter(addon, library, config, {
      onLog: (worker, line) => log.debug({ from: "kernel", worker }, line),
      onDeath: (worker, reason) => {
        if (daemon) daemon.#death = `worker ${worker}: ${reason}`;
        onDeath(new NuseError("engine.died", `the library kernel of worker ${worker} has died: ${reason}`));
      },
    });
    try {
      daemon = new Daemon(file, config, addon, router, log);
      log.info({ library, workers: router.kernels.length, ports: router.portNames }, "kernel booted");
      await daemon.#apply(config, undefined);
      await listenOn(daemon.#api, config.listen);
      log.info({ api: formatListen(config.listen) }, "ready");
      addon.notify("READY=1\nSTATUS=forwarding");
      return daemon;
    } catch (error) {
      await router.stop();
      throw error;
    }
  }

  /** Read the file again and apply what changed; what was stays if it is wrong. */
  reload(): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      try {
        const config = await loadConfig(this.#file);
        checkReload(this.#config, config, this.#file);
        await this.#apply(config, this.#config);
        this.#config = config;
      } catch (error) {
        this.#log.error(`reload failed, the configuration before it stays in force\n${formatError(error)}`);
      }
    });
    return this.#changing;
  }

  async stop(): Promise<void> {
    this.#addon.notify("STOPPING=1");
    this.#log.info("stopping");
    await this.#changing;
    await this.#api.close();
    await this.#router.stop();
  }

  async #apply(config: Config, previous: Config | undefined): Promise<void> {
    const started = performance.now();
    const done = (success: boolean): number => {
      const seconds = (performance.now() - started) / 1000;
      this.#metrics.applied(success, seconds);
      return seconds;
    };
    try {
      const steps = await apply(this.#router.kernels, config, previous);
      const seconds = done(true);
      this.#log.info({ steps: steps.map(({ words }) => words), seconds }, steps.length === 0 ? "nothing to change" : "configuration applied");
    } catch (error) {
      done(false);
      throw error;
    }
  }
}
