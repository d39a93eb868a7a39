// SPDX-License-Identifier: GPL-2.0-only
// Two workers share the ports, and each has to find the hosts by itself.

import { describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { ping } from "../../lab/traffic.js";
import { backends } from "./backends.js";
import { useBed } from "./bed.js";
import type { Host } from "./bed.js";

const numbers = Array.from({ length: 12 }, (_, index) => 21 + index);
const families = [["IPv4", "v4"], ["IPv6", "v6"]] as const;

/** More addresses of a host, which all have to be asked for. */
function addAddresses({ namespace }: Host, first: string, family: "v4" | "v6"): string[] {
  const made = numbers.map((number) => first.replace(/2$/, String(number)));
  for (const address of made) {
    if (family === "v4") namespace.ip("address", "add", `${address}/24`, "dev", "eth0");
    else namespace.ip("address", "add", `${address}/64`, "dev", "eth0", "nodad");
  }
  return made;
}

describe.each(backends.filter(({ name }) => name === "raw" || name === "tap"))("two workers on $name", (backend) => {
  const bed = useBed(backend, ["--workers", "2"]);

  it.each(families)("%s hosts are found by both workers", async (_name, family) => {
    const pairs = [[bed.left, addAddresses(bed.right, hosts.b[family], family)], [bed.right, addAddresses(bed.left, hosts.a[family], family)]] as const;
    for (const [from, addresses] of pairs) {
      const answers = await Promise.all(addresses.flatMap((address) => [1, 2, 3].map(() => ping(from.namespace, address, 5))));
      expect(answers.map(({ sent, received }) => `${received} of ${sent}`)).toEqual(answers.map(() => "5 of 5"));
    }
    const counters = await bed.engines[0]!.counters();
    expect(counters.get("left")!.get("gossip_lost")).toBe(0);
    expect(counters.get("left")!.get("gossip_heard")).toBeGreaterThan(0);
  });
});
