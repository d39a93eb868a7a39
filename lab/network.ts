// SPDX-License-Identifier: GPL-2.0-only
// Two hosts, a router between them, and behind its uplink a third that knows no way
// to the networks of the two:
//
//   a eth0 ---- left0 [ router ] right0 ---- eth0 b
//                         wan0 ---- eth0 c

import { Namespace } from "./namespace.js";

export interface Network {
  readonly a: Namespace;
  readonly b: Namespace;
  readonly c: Namespace;
  readonly router: Namespace;
  remove(): void;
}

/** Addresses of the two hosts; the router has .1 and ::1 of each network. */
export const hosts = {
  a: { v4: "10.77.1.2", v6: "fd77:1::2", router4: "10.77.1.1", router6: "fd77:1::1" },
  b: { v4: "10.77.2.2", v6: "fd77:2::2", router4: "10.77.2.1", router6: "fd77:2::1" },
  c: { v4: "203.0.113.2", router4: "203.0.113.1" },
} as const;

/** Make the namespaces and links; `suffix` tells several networks of a run apart. */
export function createNetwork(kind: string, suffix = ""): Network {
  const made: Namespace[] = [];
  const namespace = (role: string): Namespace => {
    const created = new Namespace(kind, role + suffix);
    made.push(created);
    return created;
  };
  const remove = (): void => made.forEach((one) => one.remove());
  try {
    const network = { a: namespace("a"), b: namespace("b"), c: namespace("c"), router: namespace("router"), remove };
    silence(network.router);
    connect(network.a, network.router, "left0", hosts.a);
    connect(network.b, network.router, "right0", hosts.b);
    addCable(network.c, network.router, "wan0");
    network.c.ip("address", "add", `${hosts.c.v4}/24`, "dev", "eth0");
    network.c.ip("link", "set", "eth0", "up");
    return network;
  } catch (error) {
    remove();
    throw error;
  }
}

/** The host's kernel must not speak on the router's links: nused does. */
export function silence(router: Namespace): void {
  router.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
}

/** The addresses of a host and, of either family, of the router that it sends everything to. */
export interface HostAddresses {
  readonly v4: string;
  readonly v6: string;
  readonly router4: string;
  readonly router6: string;
}

function connect(host: Namespace, router: Namespace, link: string, address: HostAddresses): void {
  addCable(host, router, link);
  setUpHost(host, address);
}

/** A veth pair: eth0 of the host, still down, and `link` of the router. */
export function addCable(host: Namespace, router: Namespace, link: string): void {
  host.ip("link", "add", "eth0", "type", "veth", "peer", "name", link, "netns", router.name);
  router.ip("link", "set", link, "up");
}

/** Addresses and routes on the host's eth0. */
export function setUpHost(host: Namespace, address: HostAddresses): void {
  host.ip("address", "add", `${address.v4}/24`, "dev", "eth0");
  host.ip("address", "add", `${address.v6}/64`, "dev", "eth0", "nodad");
  host.ip("link", "set", "eth0", "up");
  host.ip("route", "add", "default", "via", address.router4);
  host.ip("-6", "route", "add", "default", "via", address.router6);
}
