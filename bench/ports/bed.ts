// SPDX-License-Identifier: GPL-2.0-only
// The network that the forwarding of one subject is measured in:
//
//   generator -- left0 [ router ] right0 -- sink
//
// Cables are veth pairs with their far ends in namespaces, or tap devices that
// the router makes itself and whose far end is the host's.

import { setTimeout as sleep } from "node:timers/promises";
import { Namespace } from "../../lab/namespace.js";
import { addCable, hosts, setUpHost, silence } from "../../lab/network.js";

/** Destinations of the generator: RFC 2544's network for benchmarks. */
export const destinations = "198.18.0.0/15";

/** The router's addresses, of which the generator knows the left one, and a next hop that nobody has: the sink drops it at once. */
export const routerMac = { left: "02:00:00:00:01:01", right: "02:00:00:00:02:01" } as const;
export const nextHop = { v4: hosts.b.v4, mac: "02:00:00:00:0f:0f" } as const;

/** An end of a cable: a device and the namespace it is in. */
export interface End {
  readonly namespace: Namespace;
  readonly device: string;
}

export interface Bed {
  readonly router: Namespace;
  /** The host that pings. */
  readonly left: Namespace;
  readonly generator: End;
  readonly sink: End;
  /** When the router runs: give the far ends addresses, so that they are hosts. */
  readonly inhabit: () => void;
  readonly remove: () => void;
}

export function vethBed(mtu = 1500): Bed {
  const [router, left, right] = (["router", "left", "right"] as const).map((role) => new Namespace("bench", role));
  if (!router || !left || !right) throw new Error("no namespaces");
  silence(router);
  for (const [host, device] of [[left, "left0"], [right, "right0"]] as const) {
    addCable(host, router, device);
    router.ip("link", "set", device, "mtu", String(mtu));
    host.ip("link", "set", "eth0", "mtu", String(mtu), "up");
    // AF_XDP sees frames before their checksums are made.
    host.run("ethtool", "-K", "eth0", "tx", "off");
    // NAPI, which is how a veth takes frames that are no skbs yet.
    router.run("ethtool", "-K", device, "gro", "on");
  }
  return {
    router,
    left,
    generator: { namespace: left, device: "eth0" },
    sink: { namespace: right, device: "eth0" },
    inhabit: () => {
      setUpHost(left, hosts.a);
      setUpHost(right, hosts.b);
    },
    remove: () => [router, left, right].forEach((one) => one.remove()),
  };
}

export function tapBed(): Bed {
  const [router, left, right] = (["router", "left", "right"] as const).map((role) => new Namespace("bench", role));
  if (!router || !left || !right) throw new Error("no namespaces");
  silence(router);
  return {
    router,
    left,
    generator: { namespace: router, device: "left0" },
    sink: { namespace: router, device: "right0" },
    inhabit: () => {
      for (const [host, device, address] of [[left, "left0", hosts.a], [right, "right0", hosts.b]] as const) {
        router.ip("link", "set", device, "netns", host.name, "name", "eth0");
        setUpHost(host, address);
      }
    },
    remove: () => [router, left, right].forEach((one) => one.remove()),
  };
}

/** Wait until a device is there and has a carrier. */
export async function carrier({ namespace, device }: End): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      namespace.ip("link", "set", device, "up");
      if (namespace.ip("link", "show", device).includes("LOWER_UP")) return;
    } catch {
      // not there yet
    }
    await sleep(50);
  }
  throw new Error(`${device} does not come up in ${namespace.name}`);
}
