// SPDX-License-Identifier: GPL-2.0-only

import type { Link, LinkStats } from "../netlink/link.js";

/** The interfaces of several kernels that are configured alike, counted together. */
export function sumLinks(kernels: readonly (readonly Link[])[]): Link[] {
  const [first = [], ...others] = kernels;
  return first.map((link) => {
    const siblings = others.flatMap((links) => links.find(({ name }) => name === link.name) ?? []);
    return { ...link, stats: siblings.reduce((sum, { stats }) => add(sum, stats), link.stats) };
  });
}

function add(a: LinkStats, b: LinkStats): LinkStats {
  const names = Object.keys(a) as (keyof LinkStats)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as LinkStats;
}
