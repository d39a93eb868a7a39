// SPDX-License-Identifier: GPL-2.0-only
// The parent's side of steered.ts.

import { join } from "node:path";
import type { ConfigOperations } from "../control/daemon/operations.js";
import type { Namespace } from "./namespace.js";
import { Nused } from "./nused.js";
import type { NusedSettings } from "./nused.js";

const program = join(process.cwd(), "build/js/lab/steered.js");

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Answers cross as JSON: dates are texts. */
export class SteeredNused extends Nused {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor(namespace: Namespace, config: string | undefined, settings: NusedSettings = {}) {
    super(namespace, config, { ...settings, steered: program });
    this.child.on("message", (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.child.on("exit", () => this.#waiting.forEach((tell, id) => tell({ id, error: "nused has ended" })));
  }

  async ask<Name extends keyof ConfigOperations>(
    name: Name, ...args: Parameters<ConfigOperations[Name]>
  ): Promise<Awaited<ReturnType<ConfigOperations[Name]>>> {
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    if (!this.child.connected) throw new Error("nused has no channel to its parent any more");
    this.child.send({ id, name, args });
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return answer as Awaited<ReturnType<ConfigOperations[Name]>>;
  }

  /** Apply `config` as `ask("apply")` does, with what nused's file needs. */
  apply(config: string, ...options: [] | [Parameters<ConfigOperations["apply"]>[1]]): ReturnType<ConfigOperations["apply"]> {
    return this.ask("apply", this.complete(config), ...options);
  }

  /** The caller goes away, in the middle of whatever it asked. */
  leave(): void {
    this.child.disconnect();
  }
}
