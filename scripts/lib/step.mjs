// SPDX-License-Identifier: GPL-2.0-only
// One line a step: what it is, what came of it, how long it took. A step of
// more than two seconds shows that it lives: in place on a terminal, else with
// a line now and then.

const quiet = 2_000;
const redraw = 1_000;
const retell = 15_000;

/** "4.2 s" or "3 min 05 s" */
export function duration(ms) {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

class ProgressLine {
  #name;
  #note = "";
  #started = Date.now();
  #told = Date.now();
  #timer;
  #terminal = process.stderr.isTTY === true;

  constructor(name) {
    this.#name = name.padEnd(16);
    this.#timer = setInterval(() => this.#show(), redraw).unref();
  }

  /** What the step is doing now. */
  note(text) {
    this.#note = text;
  }

  #show() {
    const now = Date.now();
    if (now - this.#started < quiet) return;
    const text = `  ${this.#name} ${this.#note || "working"}  ${duration(now - this.#started)}`;
    if (this.#terminal) {
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    } else if (now - this.#told >= retell) {
      this.#told = now;
      process.stderr.write(`${text}\n`);
    }
  }

  end(outcome) {
    clearInterval(this.#timer);
    if (this.#terminal) process.stderr.write("\r\x1b[K");
    process.stderr.write(`  ${this.#name} ${outcome}  ${duration(Date.now() - this.#started)}\n`);
  }
}

/**
 * Run one step. `work(progress)` may call progress.note(text); it returns what
 * to say at the end, or { say, value } when the caller wants a value.
 */
export async function step(name, work) {
  const line = new ProgressLine(name);
  try {
    const result = await work(line);
    const { say, value } =
      typeof result === "object" && result !== null ? result : { say: result, value: undefined };
    line.end(say ?? "done");
    return value;
  } catch (error) {
    line.end("FAILED");
    throw error;
  }
}
