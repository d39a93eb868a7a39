// SPDX-License-Identifier: GPL-2.0-only
// Whether every worker turns: each is asked again and again for something that
// its kernel must run a task for. A worker that sleeps is woken by that, so one
// that is idle is told from one that is stuck.

import type { Worker } from "./worker.js";

export interface PulseEvents {
  /** All workers have answered since the last time; the event loop runs too. */
  onAlive(): void;
  /** A worker has not answered for so long, or answers again: undefined. */
  onStall(worker: number, seconds: number | undefined): void;
}

interface Asked {
  since: number;
  answered: boolean;
  stalled: boolean;
}

/** Ask every `interval` milliseconds, until the function that is returned is called. */
export function startPulse(interval: number, workers: () => readonly Worker[], { onAlive, onStall }: PulseEvents): () => void {
  const asked = new Map<Worker, Asked>();
  const ask = (worker: Worker): void => {
    const question: Asked = { since: performance.now(), answered: false, stalled: false };
    asked.set(worker, question);
    worker.answers().then(
      () => {
        question.answered = true;
        if (question.stalled) onStall(worker.number, undefined);
      },
      () => undefined, // it has died or was removed: others tell of that
    );
  };
  const beat = (): void => {
    const present = workers();
    for (const worker of asked.keys()) if (!present.includes(worker)) asked.delete(worker);
    let alive = true;
    for (const worker of present) {
      const question = asked.get(worker);
      if (question && !question.answered) {
        alive = false;
        if (worker.death !== undefined) continue;
        question.stalled = true;
        onStall(worker.number, (performance.now() - question.since) / 1000);
        continue;
      }
      ask(worker);
    }
    if (alive) onAlive();
  };
  const timer = setInterval(beat, interval);
  return () => clearInterval(timer);
}
