// SPDX-License-Identifier: GPL-2.0-only
// What a configuration must be besides well formed: each check looks at the whole
// and notes faults where they stand in the file. Nothing is touched before.

import type { Refuse } from "../build/context.js";
import type { Config } from "../model.js";
import { checkAddresses } from "./addresses.js";
import { checkLinks } from "./links.js";
import { checkStack } from "./stack.js";
import { checkWorkers } from "./workers.js";

export type Check = (config: Config, refuse: Refuse) => void;

export const checks: readonly Check[] = [checkLinks, checkStack, checkAddresses, checkWorkers];
