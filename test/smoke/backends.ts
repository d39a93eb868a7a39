// SPDX-License-Identifier: GPL-2.0-only
// Every kind of port that can be tried on one machine: how to make two of them
// and the hosts' ends of their cables.

import type { Namespace } from "../../lab/namespace.js";
import { addCable } from "../../lab/network.js";

export type Side = "left" | "right";

/** What joins a host's eth0 to a port of the router. */
export interface Edge {
  /** What stands behind --port NAME=; `scratch` is a directory of the test's own. */
  readonly port: (side: Side, scratch: string) => string;
  /** Before nuse-engine runs: make devices. */
  readonly before: (host: Namespace, router: Namespace, side: Side, mtu: number) => void;
  /** When it runs: move devices that it made. */
  readonly after?: (host: Namespace, router: Namespace, side: Side, mtu: number) => void;
}

export interface Backend {
  readonly name: string;
  readonly edge: Edge;
  /**
   * With these there are two routers and this is between them: the ports of the
   * left router and of the right one.
   */
  readonly middle?: (scratch: string) => readonly [string, string];
  /** False: when the left router's process dies, the right one's driver never connects again. */
  readonly reconnects?: false;
  /** False: its driver unmaps a dead peer's memory while it may still be reading it. */
  readonly survivesUnderLoad?: false;
  /** The largest that all its ports take, 9000 at most. */
  readonly mtu: number;
  /** False: the driver has the host put IPv4 fragments together, and takes no frame so large. */
  readonly fragments4?: false;
}

const device = (side: Side): string => `${side}0`;

function cable(host: Namespace, router: Namespace, side: Side, mtu: number): void {
  addCable(host, router, device(side));
  host.ip("link", "set", "eth0", "mtu", String(mtu));
  router.ip("link", "set", device(side), "mtu", String(mtu));
}

/** Both ends of a veth pair; `port` opens the router's. */
const veth = (port: (device: string) => string): Edge => ({ port: (side) => port(device(side)), before: cable });

/** A device that nuse-engine makes, moved to the host. */
const made = (port: (device: string, number: number) => string): Edge => ({
  port: (side) => port(device(side), side === "left" ? 0 : 1),
  before: () => undefined,
  after: (host, router, side, mtu) => {
    router.ip("link", "set", device(side), "netns", host.name, "name", "eth0");
    host.ip("link", "set", "eth0", "mtu", String(mtu));
  },
});

/** The same for ports that know nothing of offloads: frames are whole and have their checksums. */
const plainVeth = (port: (device: string, number: number) => string): Edge => ({
  port: (side) => port(device(side), side === "left" ? 0 : 1),
  before: (host, router, side, mtu) => {
    cable(host, router, side, mtu);
    host.run("ethtool", "-K", "eth0", "tx", "off", "txvlan", "off");
  },
});

/**
 * A device that nuse-engine makes and that must stay where it is: a bridge of
 * the router's namespace joins it to the host's cable.
 */
const bridged = (port: (device: string, number: number) => string): Edge => ({
  ...made(port),
  after: (host, router, side, mtu) => {
    const [bridge, end] = [`br${side}`, `${side}1`];
    addCable(host, router, end);
    router.ip("link", "add", bridge, "type", "bridge");
    for (const member of [device(side), end]) router.ip("link", "set", member, "mtu", String(mtu), "master", bridge, "up");
    router.ip("link", "set", bridge, "up");
    host.ip("link", "set", "eth0", "mtu", String(mtu));
  },
});

const raw = veth((name) => `raw:${name}`);

export const backends: readonly Backend[] = [
  { name: "raw", edge: raw, mtu: 9000 },
  { name: "tap", edge: made((name) => `tap:${name}`), mtu: 9000 },
  { name: "xdp", edge: plainVeth((name) => `xdp:${name}`), mtu: 9000 },
  {
    name: "memif between two processes",
    edge: raw,
    middle: (scratch) => [`memif:${scratch}/memif,role=server`, `memif:${scratch}/memif,role=client`],
    mtu: 9000,
  },
  {
    name: "memif to DPDK's net_memif",
    edge: raw,
    middle: (scratch) => [
      `memif:${scratch}/memif,role=server,id=1,buffer-size=9216`,
      `dpdk:net_memif0,role=client,id=1,bsize=9216,socket-abstract=no,socket=${scratch}/memif`,
    ],
    survivesUnderLoad: false,
    mtu: 9000,
  },
  {
    name: "dpdk net_af_packet",
    edge: plainVeth((name, n) => `dpdk:net_af_packet${n},iface=${name}`),
    mtu: 1500,
    fragments4: false,
  },
  { name: "dpdk net_tap", edge: bridged((name, n) => `dpdk:net_tap${n},iface=${name}`), mtu: 1500 },
  { name: "dpdk net_af_xdp", edge: plainVeth((name, n) => `dpdk:net_af_xdp${n},iface=${name}`), mtu: 1500 },
  {
    name: "dpdk net_memif between two processes",
    edge: raw,
    middle: (scratch) => [
      `dpdk:net_memif0,role=server,id=1,bsize=9216,socket=${scratch}/memif`,
      `dpdk:net_memif0,role=client,id=1,bsize=9216,socket=${scratch}/memif`,
    ],
    survivesUnderLoad: false,
    mtu: 9000,
  },
  {
    name: "dpdk net_vhost to net_virtio_user in another process",
    edge: raw,
    middle: (scratch) => [
      `dpdk:net_vhost0,iface=${scratch}/vhost`,
      `dpdk:net_virtio_user0,path=${scratch}/vhost`,
    ],
    reconnects: false,
    mtu: 9000,
  },
];
