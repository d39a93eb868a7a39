// SPDX-License-Identifier: GPL-2.0-only

import type { Path } from "../document.js";

/** Note a fault at `path`; building goes on, so that every fault is found. */
export type Refuse = (path: Path, message: string, hint?: string) => undefined;

/** The text of a file that the configuration names, or why there is none. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly fault: string };
