// SPDX-License-Identifier: GPL-2.0-only
// Links between two processes of which one dies in the middle of its work, and
// devices of ours that the host takes away.

import { describe, expect, it } from "vitest";
import { background, end } from "../../lab/command.js";
import { hosts } from "../../lab/network.js";
import { ping, reachable } from "../../lab/traffic.js";
import { backends } from "./backends.js";
import { useBed } from "./bed.js";
import type { Bed } from "./bed.js";

const works = async ({ left, right }: Bed): Promise<boolean> =>
  (await reachable(left.namespace, right.v4)) && (await reachable(right.namespace, left.v6));

describe.each(backends.filter(({ middle }) => middle))("$name:", (backend) => {
  const bed = useBed(backend);

  const victims = ([["server", 0], ["client", 1]] as const).filter(([, victim]) => victim || backend.reconnects !== false);

  it.each(victims)("the %s is killed at work and comes back, and the other goes on", async (_name, victim) => {
    const survivor = victim ? { host: bed.left, router: hosts.a.router4 } : { host: bed.right, router: hosts.b.router4 };
    expect(await works(bed)).toBe(true);
    const [command, ...prefix] = bed.left.namespace.prefix;
    const pause = backend.survivesUnderLoad === false ? ["-i", "0.5"] : ["-f"];
    const flood = background(command, ...prefix, "ping", "-n", "-q", ...pause, "-s", "1000", bed.right.v4);
    try {
      await ping(bed.left.namespace, bed.right.v6, 5);
      await bed.kill(victim);
      expect((await ping(bed.left.namespace, bed.right.v4, 3)).received).toBe(0);
      expect(await ping(survivor.host.namespace, survivor.router, 3)).toMatchObject({ sent: 3, received: 3 });
      await bed.revive(victim);
      expect(await works(bed)).toBe(true);
    } finally {
      await end(flood);
    }
  });

  it("and both end with status 0 after that", async () => {
    for (const engine of bed.engines) {
      expect(await engine.stop("SIGINT")).toBe(0);
      expect(engine.said.error).toBe("");
    }
  });
});

describe("tap:", () => {
  const bed = useBed(backends.find(({ name }) => name === "tap")!);

  it("a device goes down and up, many times, and the other one works", async () => {
    expect(await works(bed)).toBe(true);
    for (let flap = 0; flap < 20; flap++) {
      bed.left.namespace.ip("link", "set", "eth0", "down");
      bed.left.namespace.ip("link", "set", "eth0", "up");
    }
    bed.left.namespace.ip("route", "replace", "default", "via", hosts.a.router4);
    bed.left.namespace.ip("-6", "address", "replace", `${bed.left.v6}/64`, "dev", "eth0", "nodad");
    bed.left.namespace.ip("-6", "route", "replace", "default", "via", hosts.a.router6);
    expect(await works(bed)).toBe(true);
  });

  it("a device that the host deletes leaves the other port alone", async () => {
    bed.left.namespace.ip("link", "delete", "eth0");
    expect((await ping(bed.right.namespace, bed.left.v4, 3)).received).toBe(0);
    expect(await ping(bed.right.namespace, hosts.b.router4, 3)).toMatchObject({ sent: 3, received: 3 });
    expect(await bed.engines[0]!.stop("SIGINT")).toBe(0);
  });
});
