// SPDX-License-Identifier: GPL-2.0-only

import { addresses } from "./addresses/section.js";
import { links } from "./links/section.js";
import { routes } from "./routes/section.js";
import type { Section } from "./section.js";
import { sysctl } from "./sysctl/section.js";

/** Every section; links are read first, because the others name them. */
export const sections: readonly Section[] = [links, addresses, routes, sysctl];
