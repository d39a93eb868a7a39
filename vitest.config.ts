// SPDX-License-Identifier: GPL-2.0-only

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/leftovers.ts"],
    // Most tests wait more than they compute; what is timed is in bench/.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
