// SPDX-License-Identifier: GPL-2.0-only
// nft on one worker's kernel, with its complaints as errors of ours.

import type { NativeNft, NftAnswer, NftOptions } from "../engine/addon.js";
import { NuseError } from "../errors.js";
import type { Place } from "../errors.js";
import type { Script } from "./script.js";

/** Complaints can be as many as there are lines. */
const mostFaults = 10;

export class Nft {
  readonly #native: NativeNft;

  constructor(native: NativeNft) {
    this.#native = native;
  }

  /** The output of commands that cannot be at fault. */
  async output(commands: string, options: NftOptions = {}): Promise<string> {
    const { ok, output, error } = await this.#run(commands, options);
    if (!ok) throw new NuseError("kernel.refused", `nft: ${error.trim()}`, { place: { at: commands.split("\n", 1)[0]! } });
    return output;
  }

  /** Apply a script; throws with every complaint at the place that it is about. */
  async apply(script: Script): Promise<void> {
    const faults = await this.complaints(script, {});
    if (faults.length > 0) throw refused(faults);
  }

  /** What nft and the kernel have against a script; with dryRun nothing is changed. */
  async complaints(script: Script, options: NftOptions): Promise<NuseError[]> {
    const { ok, error } = await this.#run(script.text, options);
    return ok ? [] : faultsOf(error, script);
  }

  async #run(commands: string, options: NftOptions): Promise<NftAnswer> {
    try {
      return await this.#native.run(commands, options);
    } catch (cause) {
      throw new NuseError("kernel.call", `nft: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

export const refused = (faults: readonly NuseError[]): NuseError =>
  new NuseError("kernel.refused", "the kernel refuses the firewall", { faults });

/** "commands:3:5-9: Error: words", then the line and marks below it. */
function faultsOf(text: string, script: Script): NuseError[] {
  const faults = [...text.matchAll(/^commands:(\d+):(\d+)-\d+: Error: (.*)$/gm)].map(([, line, column, words]) =>
    fault(`nft: ${words}`, script.place(Number(line), Number(column)), script.text.split("\n")[Number(line) - 1]));
  if (faults.length === 0) return [new NuseError("kernel.refused", `nft: ${text.trim() || "refused without a word"}`)];
  // Behind a syntax error nft has lost its way: the others of them are no more than that.
  return faults.filter(({ message }, index) => index === 0 || !message.includes("syntax error")).slice(0, mostFaults);
}

const fault = (message: string, place: Place | undefined, line: string | undefined): NuseError =>
  new NuseError("kernel.refused", message, { place, hint: line === undefined ? undefined : `in: ${line.trim()}` });
