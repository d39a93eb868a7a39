// SPDX-License-Identifier: GPL-2.0-only
// A router with nused running, for one test file.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { createNetwork } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";

export { eventually } from "../../lab/eventually.js";

export const routerConfig = readFileSync("test/e2e/router.yaml", "utf8");

export interface Lab {
  readonly network: Network;
  readonly nused: Nused;
}

/** Made before the tests of the file, removed after them; `suffix` names it. */
export function useLab(suffix: string, config = routerConfig): Lab {
  let network: Network | undefined;
  let nused: Nused | undefined;
  beforeAll(async () => {
    network = createNetwork("test", suffix);
    nused = new Nused(network.router, config);
    await nused.ready();
  });
  afterAll(async () => {
    await nused?.stop();
    network?.remove();
  });
  return {
    get network() {
      return network!;
    },
    get nused() {
      return nused!;
    },
  };
}
