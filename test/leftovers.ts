// SPDX-License-Identifier: GPL-2.0-only
// Before and after all tests: no namespace of a killed run stays behind.

import { removeLeftovers } from "../lab/namespace.js";

export function setup(): void {
  removeLeftovers();
}

export function teardown(): void {
  removeLeftovers();
}
