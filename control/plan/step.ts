// SPDX-License-Identifier: GPL-2.0-only
// The steps a plan is made of, as values: to show, to test, to carry out.

import { formatPrefix } from "../net/address.js";
import type { Prefix } from "../net/address.js";
import type { Route } from "./state.js";

export type Step =
  | { readonly kind: "sysctl"; readonly name: string; readonly value: string; readonly was: string | undefined }
  | { readonly kind: "mtu"; readonly interface: string; readonly mtu: number; readonly was: number }
  | { readonly kind: "up"; readonly interface: string; readonly up: boolean }
  | { readonly kind: "address.add"; readonly interface: string; readonly prefix: Prefix }
  | { readonly kind: "address.delete"; readonly interface: string; readonly prefix: Prefix }
  | { readonly kind: "route.replace"; readonly route: Route }
  | { readonly kind: "route.delete"; readonly route: Route };

export function describe(step: Step): string {
  switch (step.kind) {
    case "sysctl":
      return `set ${step.name} to ${step.value}${step.was === undefined ? "" : ` (was ${step.was})`}`;
    case "mtu":
      return `set the MTU of ${step.interface} to ${step.mtu} (was ${step.was})`;
    case "up":
      return `set ${step.interface} ${step.up ? "up" : "down"}`;
    case "address.add":
      return `add ${formatPrefix(step.prefix)} to ${step.interface}`;
    case "address.delete":
      return `delete ${formatPrefix(step.prefix)} from ${step.interface}`;
    case "route.replace":
      return `route ${describeRoute(step.route)}`;
    case "route.delete":
      return `delete the route ${describeRoute(step.route)}`;
  }
}

function describeRoute({ to, via, interface: name, metric }: Route): string {
  const words = [formatPrefix(to)];
  if (via) words.push("via", via.text);
  if (name !== undefined) words.push("on", name);
  if (metric !== 0) words.push("metric", String(metric));
  return words.join(" ");
}
