// SPDX-License-Identifier: GPL-2.0-only
// The parent's side of agent.ts.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { RequestName, Requests } from "./agent.js";
import { end } from "./command.js";
import type { Namespace } from "./namespace.js";

const program = join(process.cwd(), "build/js/lab/agent.js");

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

export class Agent {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor(namespace: Namespace) {
    const [command, ...prefix] = namespace.prefix;
    this.#child = spawn(command, [...prefix, process.execPath, program], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on("exit", () => this.#waiting.forEach((tell, id) => tell({ id, error: "the agent has ended" })));
  }

  async ask<Name extends RequestName>(name: Name, request: Requests[Name]["request"]): Promise<Requests[Name]["answer"]> {
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, name, request });
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return answer as Requests[Name]["answer"];
  }

  async end(): Promise<void> {
    await end(this.#child);
  }
}
