// SPDX-License-Identifier: GPL-2.0-only
// nused's life: start, serve, reload, stop.

import { join } from "node:path";
import type { Api } from "../api/listen.js";
import { LogBook } from "../api/logbook.js";
import type { Health } from "../api/schema/status.js";
import type { ApiSources } from "../api/sources.js";
import type { Config } from "../config/model.js";
import { loadAddon } from "../engine/addon.js";
import { findLibrary } from "../engine/places.js";
import type { Addon, Counters } from "../engine/addon.js";
import { formatError } from "../errors.js";
import type { NuseError } from "../errors.js";
import { readCounters } from "../firewall/read.js";
import type { MetricSources } from "../metrics/registry.js";
import { Archive } from "../revisions/archive.js";
import { ConfigFile } from "../revisions/config-file.js";
import { hostFiles } from "../revisions/files.js";
import { boot, stateDirectory } from "./boot.js";
import { Configuration } from "./configuration.js";
import type { Fallback, Standing } from "./configuration.js";
import { takeLock } from "./lock.js";
import { createLog } from "./log.js";
import type { Logger } from "./log.js";
import type { ConfigOperations } from "./operations.js";
import { startPulse } from "./pulse.js";
import { Router } from "./router.js";
import { Service } from "./service.js";
import { readStatus } from "./status.js";
import { Supervisor } from "./supervisor.js";
import type { KernelEvents } from "./watch.js";

/** Between two questions whether a worker turns, milliseconds. */
const pulse = 1000;

/** What is not needed to forward is loaded while kernels boot on their own threads. */
const loadServices = async () => {
  const [{ startApi }, { apiSources }, { createMetrics }] = await Promise.all([
    import("../api/listen.js"), import("./sources.js"), import("../metrics/registry.js"),
  ]);
  return { startApi, apiSources, createMetrics };
};

interface DaemonParts {
  readonly services: Awaited<ReturnType<typeof loadServices>>;
  readonly addon: Addon;
  readonly log: Logger;
  readonly book: LogBook;
  readonly file: ConfigFile;
  readonly router: Router;
  readonly archive: Archive;
  onDeath(error: NuseError): void;
}

interface Boot {
  readonly standing: Standing;
  readonly fallback: Fallback | undefined;
  readonly seconds: number;
}

export class Daemon {
  readonly #started = Date.now();
  readonly #service: Service;
  readonly #log: Logger;
  readonly #router: Router;
  readonly #configuration: Configuration;
  readonly #supervisor: Supervisor;
  readonly #sources: ApiSources;
  #api: Api | undefined;
  readonly #stopPulse: () => void;

  /** Start everything; `onDeath` hears when it cannot go on. */
  static async start(path: string, onDeath: (error: NuseError) => void): Promise<Daemon> {
    const addon = loadAddon();
    const book = new LogBook();
    const log = createLog("info", book);
    const file = new ConfigFile(path, hostFiles);
    const state = stateDirectory(await file.text().catch(() => undefined));
    takeLock(addon, join(state, "lock"), "state directory");
    const archive = await Archive.open(join(state, "revisions"), hostFiles);
    for (const damaged of archive.damaged) log.error({ file: damaged }, "a revision is damaged, and is not used");

    let supervisor: Supervisor | undefined;
    const events: KernelEvents = {
      onLog: (worker, line) => {
        log.debug({ from: "kernel", worker }, line);
        book.kernelSaid(worker, line);
        supervisor?.logged(worker, line);
      },
      onDeath: (worker, reason) => supervisor?.died(worker, reason),
    };
    const started = performance.now();
    const [services, { running: router, standing, fallback }] = await Promise.all([
      loadServices(),
      boot(file, archive, log, (config) => bootRouter(addon, config, events)),
    ]);
    try {
      log.level = standing.config.logLevel;
      const seconds = (performance.now() - started) / 1000;
      const daemon = new Daemon({ services, addon, log, book, file, router, archive, onDeath }, { standing, fallback, seconds });
      supervisor = daemon.#supervisor;
      daemon.#api = await services.startApi(standing.config.api, daemon.#sources);
      const { workers, ports } = router;
      const { revision } = standing;
      log.info({ api: daemon.#api.addresses, workers: workers.length, ports: ports.open.length, revision: revision.number, seconds }, "ready");
      daemon.#service.ready(daemon.#summary());
      return daemon;
    } catch (error) {
      await router.stop();
      throw error;
    }
  }

  private constructor({ services: { apiSources, createMetrics }, addon, log, book, file, router, archive, onDeath }: DaemonParts, { standing, fallback, seconds }: Boot) {
    this.#log = log;
    this.#router = router;
    this.#service = new Service(addon);
    const metrics = createMetrics(this.#metricSources());
    metrics.applied(true, seconds);
    this.#configuration = new Configuration({
      file, archive, router, log,
      onApplied: (success, seconds) => metrics.applied(success, seconds),
      onBegin: () => this.#service.reloading(),
      onEnd: () => {
        this.#service.ready(this.#summary());
        this.#supervisor.look();
      },
    }, standing, fallback);
    this.#supervisor = new Supervisor({ router, configuration: this.#configuration, log, onFatal: onDeath });
    const configuration = this.#configuration;
    this.#sources = apiSources({
      addon, router, configuration, metrics,
      log: book,
      health: () => this.#health(),
      status: () => readStatus({
        started: this.#started, file: file.path, configuration, router, workers: () => this.#supervisor.workers(),
      }),
    });
    const watchdog = this.#service.watchdog;
    this.#stopPulse = startPulse(Math.min(pulse, (watchdog ?? Infinity) / 3), () => router.workers, {
      onAlive: () => watchdog !== undefined && this.#service.alive(),
      onStall: (worker, seconds) => this.#supervisor.stalled(worker, seconds),
    });
  }

  /** What the API and signals may ask for. */
  get configuration(): ConfigOperations {
    return this.#configuration;
  }

  /** Read the file again and apply what changed; what was stays if it is wrong. */
  async reload(): Promise<void> {
    try {
      await this.#configuration.reload();
    } catch (error) {
      this.#log.error(`reload failed, the configuration before it stays in force\n${formatError(error)}`);
    }
  }

  async stop(): Promise<void> {
    this.#service.stopping();
    this.#log.info("stopping");
    this.#supervisor.stop();
    await this.#configuration.stop();
    this.#stopPulse();
    await this.#api?.close();
    await this.#router.stop();
  }

  #metricSources(): MetricSources {
    const { engine, ports } = this.#router;
    const workers = () => this.#router.workers.map(({ number }) => number);
    // A worker that is about to come, or whose kernel has died, has no part in a port.
    const part = (port: string, worker: number): (readonly [string, number, Counters])[] => {
      try {
        return [[port, worker, engine.portCounters(port, worker)]];
      } catch {
        return [];
      }
    };
    return {
      workers: () => workers().map((worker) => [worker, engine.counters(worker)]),
      drops: () => workers().map((worker) => [worker, engine.drops(worker)]),
      ports: () => workers().flatMap((worker) => ports.open.flatMap(({ name }) => part(name, worker))),
      kernels: () => this.#router.workers.map(({ observed }) => observed),
      firewall: async ({ worker }) => {
        const found = this.#router.workers.find(({ number }) => number === worker);
        return found ? readCounters(found.kernel.nft) : [];
      },
      life: {
        revision: () => this.#configuration.inForce.revision.number,
        fallback: () => this.#configuration.fallback !== undefined,
        confirmUntil: () => this.#configuration.pending()?.deadline,
        drift: async () => (await this.#configuration.drift()).length,
        restarts: () => workers().map((worker) => [worker, this.#supervisor.restarts(worker)]),
        ports: () => [...ports.open.map(({ name }) => [name, true] as const), ...ports.absent.map(({ port }) => [port.name, false] as const)],
      },
    };
  }

  #health(): Health {
    const ill = this.#supervisor.workers().filter(({ state }) => state !== "running");
    if (ill.length === 0) return { healthy: true };
    return { healthy: false, reason: ill.map(({ worker, state }) => `worker ${worker} is ${state}`).join(", ") };
  }

  /** One line for the service manager. */
  #summary(): string {
    const { inForce: { revision }, fallback } = this.#configuration;
    const pending = this.#configuration.pending();
    if (pending) return `forwarding; revision ${revision.number} waits to be confirmed until ${pending.deadline.toISOString()}`;
    if (fallback) return `forwarding with revision ${revision.number}, for the configuration file cannot be used`;
    return `forwarding with revision ${revision.number}`;
  }
}

/** A router that does what `config` says; ports that cannot be opened are awaited. */
async function bootRouter(addon: Addon, config: Config, events: KernelEvents): Promise<Router> {
  const locks = config.api.listen.flatMap((listen) =>
    listen.kind === "unix" ? [takeLock(addon, `${listen.path}.lock`, "socket of the API")] : []);
  let router: Router | undefined;
  try {
    router = await Router.start(addon, findLibrary(), config, events);
    await router.apply(config, { awaitPorts: true });
    return router;
  } catch (error) {
    await router?.stop();
    locks.forEach((lock) => lock.release());
    throw error;
  }
}
