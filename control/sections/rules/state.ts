// SPDX-License-Identifier: GPL-2.0-only

import type { RuleConfig } from "../../config/model.js";

/** The rules that the configuration made. */
export type RunningRules = readonly RuleConfig[];
