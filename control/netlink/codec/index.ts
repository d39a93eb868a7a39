// SPDX-License-Identifier: GPL-2.0-only
// All that the generated tables are made of.

export * from "./scalars.js";
export * from "./plain.js";
export * from "./attributes.js";
export * from "./nests.js";
export * from "./operation.js";
