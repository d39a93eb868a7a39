// SPDX-License-Identifier: GPL-2.0-only
// Carry out a plan on every kernel, and see that it came true. Kernels share
// nothing, so one configuration is applied to each of them.

import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/model.js";
import { formatError, NuseError } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import { plan } from "../plan/plan.js";
import { merge } from "../plan/merge.js";
import { sections } from "../sections/all.js";
import type { Step } from "../sections/section.js";
import type { State } from "../sections/state.js";
import { carryOut } from "./carry.js";
import { readState } from "./read.js";

/**
 * The kernel may undo a little of a plan: an address takes its routes along. What is
 * left after a round may want time: the network of an IPv6 address comes only when
 * the kernel has seen the carrier, a second after the last time at worst. So long is
 * waited before each round, milliseconds.
 */
const waits = [0, 0, 50, 1200];

/** The steps that would make the kernels be what `wanted` says: a preview, or the drift. */
export async function preview(kernels: readonly Kernel[], wanted: Config): Promise<Step[]> {
  return merge(await Promise.all(kernels.map(async (kernel) => plan(await readState(kernel, wanted), wanted))));
}

/**
 * Make every kernel be what `wanted` says; the steps it took. If a kernel refuses
 * one, all go back to `previous` and the error says so.
 */
export async function apply(kernels: readonly Kernel[], wanted: Config, previous: Config | undefined): Promise<Step[]> {
  const states = await Promise.all(kernels.map((kernel) => check(kernel, wanted)));
  const results = await Promise.allSettled(kernels.map((kernel, index) => converge(kernel, wanted, states[index])));
  const failure = results.find((result) => result.status === "rejected");
  if (!failure) return merge(results.map((result) => (result.status === "fulfilled" ? result.value : [])));
  if (!previous) throw failure.reason;
  throw await rollBack(kernels, previous, failure.reason);
}

/** The kernel's state; throws what it has against `wanted`, as far as it can be asked without a change. */
async function check(kernel: Kernel, wanted: Config): Promise<State> {
  const running = await readState(kernel, wanted);
  for (const section of sections) await section.check?.(kernel, running, wanted);
  return running;
}

async function rollBack(kernels: readonly Kernel[], previous: Config, cause: unknown): Promise<NuseError> {
  const results = await Promise.allSettled(kernels.map((kernel) => converge(kernel, previous)));
  const failures = results.flatMap((result) => (result.status === "rejected" ? [formatError(result.reason)] : []));
  const hint = failures.length === 0
    ? "the configuration before it is in force again"
    : `going back to the configuration before it failed as well: ${failures.join("; ")}`;
  return new NuseError("apply.failed", formatError(cause), { cause, hint });
}

/** `running` is what has just been read; it is read here if it has not. */
async function converge(kernel: Kernel, wanted: Config, running?: State): Promise<Step[]> {
  const taken: Step[] = [];
  for (const [round, wait] of waits.entries()) {
    const steps = plan(round === 0 && running ? running : await readState(kernel, wanted), wanted);
    if (steps.length === 0) return taken;
    if (wait > 0) await sleep(wait);
    await carryOut(kernel, steps, round < waits.length - 1);
    taken.push(...steps);
  }
  const left = plan(await readState(kernel, wanted), wanted);
  if (left.length === 0) return taken;
  throw new NuseError("kernel.refused", `the kernel does not keep what was set: ${left.map(({ words }) => words).join("; ")}`);
}
