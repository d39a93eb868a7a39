// SPDX-License-Identifier: GPL-2.0-only
// What was measured of the ports, as figures for a report.

import { ours } from "../report/figures.js";
import type { Figure } from "../report/figures.js";
import { summarise } from "./result.js";
import type { Results } from "./result.js";
import { subjects as shared } from "./shared.js";
import type { Group, Subject } from "./subjects.js";

interface Kind {
  readonly unit: string;
  readonly better: Figure["better"];
}

const rate: Kind = { unit: "Mpps", better: "more" };
const time: Kind = { unit: "us", better: "less" };

const quantities = (loads: readonly string[]): ReadonlyMap<string, Kind> =>
  new Map([
    ...loads.map((load) => [load, rate] as const),
    ...["rtt-p50", "rtt-p99", "idle-rtt-p50", "idle-rtt-p90"].map((quantity) => [quantity, time] as const),
    ["idle-share", { unit: "%", better: "less" }],
  ]);

/** Figures of groups; `key` is under which name `results` has a quantity. */
export function groupFigures(
  groups: readonly Group[], loads: readonly string[], results: Results, key: (group: Group, subject: Subject, quantity: string) => string,
): Figure[] {
  return groups.flatMap((group) =>
    group.subjects.flatMap((subject, index) =>
      [...quantities(loads)].flatMap(([quantity, kind]) => {
        const values = results.get(key(group, subject, quantity));
        const offered = results.get(key(group, subject, `${quantity}/offered`));
        return figure(`ports/${group.name}/${quantity}`, index === 0 ? ours : subject.name, kind, values, offered);
      }),
    ),
  );
}

/** Figures of links through shared memory, beside the library kernel on ports in memory. */
export const sharedFigures = (loads: readonly string[], results: Results): Figure[] =>
  shared.flatMap(({ name }) =>
    loads.flatMap((load) => [
      ...figure(`ports/${name}/${load}`, ours, rate, results.get(`${name}/${load}`), []),
      ...figure(`ports/${name}/${load}`, "in memory", rate, results.get(`in memory/${load}`), []),
    ]),
  );

function figure(name: string, subject: string, { unit, better }: Kind, values: readonly number[], offered: readonly number[]): Figure[] {
  if (values.length === 0) return [];
  const limited = offered.length > 0 && summarise(values).median > 0.98 * summarise(offered).median;
  return [{ kind: "figure", name, subject, unit, better, values, ...(limited && { doubt: "the generator was the limit" }) }];
}
