// SPDX-License-Identifier: GPL-2.0-only
// usage: node generate.mjs SPECS OVERLAYS OUT
// A process of its own: it needs an npm module, and set-up begins without any.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emit } from "./emit.mjs";
import { families } from "./families.mjs";
import { loadSpec } from "./load.mjs";
import { modelOf } from "./model.mjs";

const [specs, overlays, out] = process.argv.slice(2);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const file of families) {
  writeFileSync(join(out, `${file}.ts`), emit(modelOf(file, loadSpec(file, { specs, overlays }))));
}
