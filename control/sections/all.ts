// SPDX-License-Identifier: GPL-2.0-only

import { addresses } from "./addresses/section.js";
import { firewall } from "./firewall/section.js";
import { links } from "./links/section.js";
import { neighbours } from "./neighbours/section.js";
import { qos } from "./qos/section.js";
import { routes } from "./routes/section.js";
import { rules } from "./rules/section.js";
import type { Section } from "./section.js";
import { sysctl } from "./sysctl/section.js";
import { wireguard } from "./wireguard/section.js";

/** Every section; links are read first, because the others name them. */
export const sections: readonly Section[] = [
  links,
  wireguard,
  addresses,
  neighbours,
  routes,
  rules,
  firewall,
  qos,
  sysctl,
];
