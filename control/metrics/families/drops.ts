// SPDX-License-Identifier: GPL-2.0-only
// Frames that the kernels dropped.

import { addUp, Bounded } from "../bounded.js";
import type { Family } from "../family.js";
import type { Reading } from "../reading.js";

const most = 250;

/** "ip_rcv_core+0x12/0x345" and "ip_rcv_core.isra.0+0x12/0x345": ip_rcv_core, the same in every build. */
export const functionOf = (place: string): string => place.replace(/[.+].*$/, "");

interface Dropped {
  readonly reason: string;
  readonly place: string;
  readonly frames: number;
}

export function createDropFamilies(): readonly Family<Reading>[] {
  const bounded = new Bounded(most);
  return [{
    name: "drops_total", kind: "counter", labels: ["reason", "place"],
    help: "Frames that the kernel dropped, by its reason and by the function that dropped them.",
    samples({ drops }) {
      const all: Dropped[] = drops.flatMap(([, some]) => some.map((drop) => ({ ...drop, place: functionOf(drop.place) })));
      return addUp(
        all, ({ reason, place }) => `${reason} ${place}`, (a, b) => ({ ...a, frames: a.frames + b.frames }),
        bounded, (drop) => ({ ...drop, reason: "OTHER", place: "other" }),
      ).map(({ reason, place, frames }) => ({ labels: { reason, place }, value: frames }));
    },
  }];
}
