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
import { decodeLink, getLinks } from "../netlink/link.js";
import { describe } from "../plan/step.js";
import { startInstance } from "./instance.js";
import type { Instance } from "./instance.js";
import { createLog } from "./log.js";
import type { Logger } from "./log.js";
import { checkReload } from "./reload.js";
import { readStatus } from "./status.js";

export class Daemon {
  readonly #file: string;
  readonly #addon: Addon;
  readonly #instance: Instance;
  readonly #metrics: Metrics;
  readonly #api: FastifyInstance;
  readonly #log: Logger;
  readonly #started = Date.now();
  #config: Config;
  #death: string | undefined;
  #changing: Promise<void> = Promise.resolve();

  private constructor(file: string, config: Config, addon: Addon, instance: Instance, log: Logger) {
    this.#file = file;
    this.#config = config;
    this.#addon = addon;
    this.#instance = instance;
    this.#log = log;
    const links = () => instance.watch.dump(getLinks(), decodeLink);
    this.#metrics = createMetrics({
      worker: () => instance.engine.counters(instance.worker),
      drops: () => instance.engine.drops(instance.worker),
      ports: () => instance.portNames.map((name) => [name, instance.engine.portCounters(name, instance.worker)]),
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
    const instance = await startInstance(addon, library, config, {
      onLog: (line) => log.debug({ from: "kernel" }, line),
      onDeath: (reason) => {
        if (daemon) daemon.#death = reason;
        onDeath(new NuseError("engine.died", `the library kernel has died: ${reason}`));
      },
    });
    try {
      daemon = new Daemon(file, config, addon, instance, log);
      log.info({ library, ports: instance.portNames }, "kernel booted");
      await daemon.#apply(config);
      await listenOn(daemon.#api, config.listen);
      log.info({ api: formatListen(config.listen) }, "ready");
      addon.notify("READY=1\nSTATUS=forwarding");
      return daemon;
    } catch (error) {
      await instance.stop();
      throw error;
    }
  }

  /** Read the file again and apply what changed; what was stays if it is wrong. */
  reload(): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      try {
        const config = await loadConfig(this.#file);
        checkReload(this.#config, config, this.#file);
        await this.#apply(config);
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
    await this.#instance.stop();
  }

  async #apply(config: Config): Promise<void> {
    const started = performance.now();
    const done = (success: boolean): number => {
      const seconds = (performance.now() - started) / 1000;
      this.#metrics.applied(success, seconds);
      return seconds;
    };
    try {
      const steps = await apply(this.#instance.task, this.#instance.netlink, config);
      const seconds = done(true);
      this.#log.info({ steps: steps.map(describe), seconds }, steps.length === 0 ? "nothing to change" : "configuration applied");
    } catch (error) {
      done(false);
      throw error;
    }
  }
}
