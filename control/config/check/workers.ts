// SPDX-License-Identifier: GPL-2.0-only
// What several workers cannot do: their kernels know nothing of each other's
// connections, and the answer to a packet may come to another worker.

import type { Refuse } from "../build/context.js";
import type { Config } from "../model.js";

export function checkWorkers({ workers: { cpus }, firewall }: Config, refuse: Refuse): void {
  if (cpus.length < 2 || firewall.blocks.length === 0) return;
  refuse(
    ["workers", "cpus"],
    `firewall and nat follow connections, which ${cpus.length} workers do not share`,
    "one worker, or rules without connections in firewall.nft",
  );
}
