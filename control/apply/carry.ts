// SPDX-License-Identifier: GPL-2.0-only
// Carry out steps in their order, those that rtnetlink does many at a time.

import { constants } from "node:os";
import { NuseError } from "../errors.js";
import type { Kernel } from "../kernel/kernel.js";
import type { Request } from "../netlink/message.js";
import { sections } from "../sections/all.js";
import type { Phase, Section, Step } from "../sections/section.js";

const sectionOf = new Map<string, Section>(sections.map((section) => [section.name, section]));

const { ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL, EHOSTUNREACH, ENETUNREACH } = constants.errno;

/**
 * What is to be deleted may have gone with something else, such as an address with
 * the first of its network. The network of an IPv6 next hop may only be coming: the
 * kernel makes it when it has seen the carrier.
 */
function isForgiven(phase: Phase, errno: number | undefined, patient: boolean): boolean {
  if (errno === undefined) return false;
  if (phase.endsWith(".delete")) return [ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL].includes(errno);
  return patient && phase === "route.replace" && [EHOSTUNREACH, ENETUNREACH].includes(errno);
}

/**
 * `patient`: the state will be read again, and what is still to be done then done.
 * Stops at the first step that the kernel refuses. Steps of one phase go together,
 * so those behind the refused one in its phase are carried out all the same.
 */
export async function carryOut(kernel: Kernel, steps: readonly Step[], patient: boolean): Promise<void> {
  let together: Request[] = [];
  const send = async (phase: Phase): Promise<void> => {
    const requests = together;
    together = [];
    const all = requests.length === 0 ? [] : await kernel.netlink.batch(requests);
    const refused = all.filter(({ errno }) => !isForgiven(phase, errno, patient));
    if (refused.length === 1) throw refused[0]!;
    if (refused.length > 1) throw new NuseError("kernel.refused", refused[0]!.message, { faults: refused });
  };
  let phase: Phase = "link.replace";
  for (const step of steps) {
    if (step.phase !== phase) await send(phase);
    phase = step.phase;
    const section = sectionOf.get(step.section)!;
    const requests = section.requests?.(kernel, step);
    if (requests) together.push(...requests);
    else {
      await send(phase);
      await section.carryOut(kernel, step);
    }
  }
  await send(phase);
}
