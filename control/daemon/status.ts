// SPDX-License-Identifier: GPL-2.0-only

import type { Config } from "../config/model.js";
import type { Link } from "../netlink/link.js";

export interface Status {
  readonly config: string;
  readonly uptimeSeconds: number;
  readonly ports: readonly { readonly name: string; readonly device: string; readonly queues: number }[];
  readonly interfaces: readonly Omit<Link, "stats">[];
}

interface Sources {
  readonly started: number;
  readonly file: string;
  readonly config: Config;
  links(): Promise<readonly Link[]>;
}

export async function readStatus({ started, file, config, links }: Sources): Promise<Status> {
  return {
    config: file,
    uptimeSeconds: Math.floor((Date.now() - started) / 1000),
    ports: config.ports,
    interfaces: (await links()).map(({ stats: _, ...link }) => link),
  };
}
