// SPDX-License-Identifier: GPL-2.0-only
// Random configurations, one after the other on one real instance: whatever was
// there before, afterwards there is what was asked for.

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, preview } from "../../control/apply/apply.js";
import { configuration, ports } from "./arbitrary.js";
import { bootInstance } from "./instance.js";
import type { Instance } from "./instance.js";

const pairs = 1000;

let instance: Instance;
beforeAll(async () => {
  instance = await bootInstance(ports);
});
afterAll(() => instance.stop());

it(`${pairs} pairs of configurations: the second follows from the first, and then nothing is left to do`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(configuration, configuration, async (before, after) => {
      await apply([instance.kernel], instance.read(before), undefined);
      const wanted = instance.read(after);
      await apply([instance.kernel], wanted, undefined);
      expect((await preview([instance.kernel], wanted)).map(({ words }) => words)).toEqual([]);
    }),
    { numRuns: pairs, interruptAfterTimeLimit: 500_000, markInterruptAsFailure: true },
  );
});
