// SPDX-License-Identifier: GPL-2.0-only
// Devices that go, come back and send nonsense, below a nuse-engine that runs.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built, Forwarder } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";
import { addCable, setUpHost, silence } from "../../lab/network.js";
import type { HostAddresses } from "../../lab/network.js";
import { output } from "../../lab/command.js";
import { ping, reachable } from "../../lab/traffic.js";

const roles = ["one", "two", "three"] as const;
type Role = (typeof roles)[number];

const mac = (role: Role): string => `02:00:00:00:0d:0${roles.indexOf(role)}`;
const addresses = (role: Role): HostAddresses => {
  const number = roles.indexOf(role) + 1;
  return { v4: `10.78.${number}.2`, v6: `fd78:${number}::2`, router4: `10.78.${number}.1`, router6: `fd78:${number}::1` };
};

interface Kind {
  readonly name: string;
  /** Of a host's cable, before it is up. */
  readonly prepare: (host: Namespace) => void;
}

const kinds: readonly Kind[] = [
  { name: "raw", prepare: () => undefined },
  { name: "xdp", prepare: (host) => void host.run("ethtool", "-K", "eth0", "tx", "off", "txvlan", "off") },
];

class Hub {
  readonly router: Namespace;
  readonly hosts: ReadonlyMap<Role, Namespace>;
  readonly engine: Forwarder;

  constructor(private readonly kind: Kind) {
    this.router = new Namespace("test", `router${kind.name}faults`);
    this.hosts = new Map(roles.map((role) => [role, new Namespace("test", `${role}${kind.name}faults`)]));
    silence(this.router);
    for (const role of roles) this.plug(role);
    this.router.ip("link", "set", "one0", "down");
    this.engine = new Forwarder(this.router, roles.flatMap((role) => [
      "--port", `${role}=${kind.name}:${role}0`, "--mac", `${role}=${mac(role)}`,
      "--addr", `${role}=${addresses(role).router4}/24`, "--addr", `${role}=${addresses(role).router6}/64`,
    ]));
  }

  /** A host's cable, new. The host is the same: its neighbours know it. */
  plug(role: Role): void {
    addCable(this.host(role), this.router, `${role}0`);
    this.kind.prepare(this.host(role));
    this.host(role).ip("link", "set", "eth0", "address", mac(role).replace(":0d:", ":0e:"));
    setUpHost(this.host(role), addresses(role));
  }

  host(role: Role): Namespace {
    return this.hosts.get(role)!;
  }

  async reaches(from: Role, to: Role): Promise<boolean> {
    const { v4, v6 } = addresses(to);
    return (await reachable(this.host(from), v4)) && reachable(this.host(from), v6);
  }

  async remove(): Promise<void> {
    await this.engine.stop("SIGKILL");
    this.hosts.forEach((host) => host.remove());
    this.router.remove();
  }
}

describe.each(kinds)("below $name ports", (kind) => {
  let hub: Hub | undefined;
  const the = (): Hub => hub!;
  beforeAll(async () => {
    hub = new Hub(kind);
    await hub.engine.ready();
  });
  afterAll(() => hub?.remove());

  /** Host one is cut off and the others are not. */
  async function onlyOneIsAway(): Promise<void> {
    const [away, others] = await Promise.all([
      ping(the().host("two"), addresses("one").v4, 3),
      ping(the().host("two"), addresses("three").v4, 3),
    ]);
    expect(away.received).toBe(0);
    expect(others.received).toBe(3);
  }

  describe("the other ports forward, and this one again later,", () => {
    it("when a device is down at start", async () => {
      expect(await the().reaches("two", "three")).toBe(true);
      await onlyOneIsAway();
      the().router.ip("link", "set", "one0", "up");
      expect(await the().reaches("two", "one")).toBe(true);
    });

    it("when a device goes down and up", async () => {
      the().router.ip("link", "set", "one0", "down");
      await onlyOneIsAway();
      the().router.ip("link", "set", "one0", "up");
      expect(await the().reaches("two", "one")).toBe(true);
    });

    it("when the other end of the cable goes down and up", async () => {
      the().host("one").ip("link", "set", "eth0", "down");
      await onlyOneIsAway();
      the().host("one").ip("link", "delete", "eth0");
      the().plug("one");
      expect(await the().reaches("two", "one")).toBe(true);
    });

    it("when a device is deleted and made again", async () => {
      the().router.ip("link", "delete", "one0");
      await onlyOneIsAway();
      the().plug("one");
      expect(await the().reaches("two", "one")).toBe(true);
    });

    it("when the link flaps", async () => {
      for (let flap = 0; flap < 20; flap++) {
        the().router.ip("link", "set", "one0", "down");
        the().router.ip("link", "set", "one0", "up");
      }
      expect(await the().reaches("two", "three")).toBe(true);
      expect(await the().reaches("two", "one")).toBe(true);
      expect((await the().engine.counters()).get("one")!.get("link_changes")).toBeGreaterThan(1);
    });

    it("when a device is taken away and comes back with traffic on it all the time", async () => {
      const [command, ...prefix] = the().host("two").prefix;
      const flood = output(command, ...prefix, "ping", "-n", "-q", "-f", "-w", "2", addresses("one").v4).catch(() => "");
      for (let time = 0; time < 4; time++) {
        the().router.ip("link", "delete", "one0");
        await ping(the().host("two"), addresses("three").v4, 2);
        the().plug("one");
        await ping(the().host("two"), addresses("one").v4, 2);
      }
      await flood;
      expect(await the().reaches("two", "one")).toBe(true);
      expect(await the().reaches("two", "three")).toBe(true);
    });
  });

  describe("frames that make no sense", () => {
    it("are dropped, and those that do pass", async () => {
      const before = await the().engine.counters();
      const sent = Number(the().host("one").run(built("test/smoke/nuse-garbage"), "eth0", mac("one"), "2000"));
      const after = await the().engine.counters();
      expect(sent).toBeGreaterThan(10_000);
      expect(after.get("one")!.get("rx_frames")).toBeGreaterThan(before.get("one")!.get("rx_frames")! + sent / 2);
      expect(await the().reaches("one", "two")).toBe(true);
      expect(await the().reaches("two", "three")).toBe(true);
    });
  });

  it("after all of that it ends with status 0, and has complained of nothing", async () => {
    expect(await the().engine.stop("SIGINT")).toBe(0);
    expect(the().engine.said.error).toBe("");
  });
});
