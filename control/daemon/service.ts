// SPDX-License-Identifier: GPL-2.0-only
// What the service manager is told; see sd_notify(3).

import type { Addon } from "../engine/addon.js";

const microseconds = (): bigint => process.hrtime.bigint() / 1000n;

export class Service {
  readonly #addon: Addon;

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  ready(status: string): void {
    this.#addon.notify(`READY=1\nSTATUS=${status}`);
  }

  /** A change of the configuration is under way; ready() ends it. */
  reloading(): void {
    this.#addon.notify(`RELOADING=1\nMONOTONIC_USEC=${microseconds()}\nSTATUS=applying a configuration`);
  }

  stopping(): void {
    this.#addon.notify("STOPPING=1\nSTATUS=stopping");
  }

  alive(): void {
    this.#addon.notify("WATCHDOG=1");
  }

  /** Milliseconds within which alive() is wanted, if it is. */
  get watchdog(): number | undefined {
    const { WATCHDOG_USEC: time, WATCHDOG_PID: pid } = process.env;
    const isForUs = time !== undefined && (pid === undefined || Number(pid) === process.pid);
    return isForUs ? Number(time) / 1000 : undefined;
  }
}
