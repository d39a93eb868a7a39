// SPDX-License-Identifier: GPL-2.0-only
// Two hosts and a router between them:
//
//   a eth0 ---- left0 [ router ] right0 ---- eth0 b

import { Namespace } from "./namespace.js";

export interface Network {
  readonly a: Namespace;
  readonly b: Namespace;
  readonly router: Namespace;
  remove(): void;
}

/** Addresses of the two hosts; the router has .1 and ::1 of each network. */
export const hosts = {
  a: { v4: "10.77.1.2", v6: "fd77:1::2", router4: "10.77.1.1", router6: "fd77:1::1" },
  b: { v4: "10.77.2.2", v6: "fd77:2::2", router4: "10.77.2.1", router6: "fd77:2::1" },
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
    const network = { a: namespace("a"), b: namespace("b"), router: namespace("router"), remove };
    silence(network.router);
    connect(network.a, network.router, "left0", hosts.a);
    connect(network.b, network.router, "right0", hosts.b);
    return network;
  } catch (error) {
    remove();
    throw error;
  }
}

/** The host's kernel must not speak on the router's links: nused does. */
function silence(router: Namespace): void {
  router.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
}

function connect(host: Namespace, router: Namespace, link: string, address: (typeof hosts)["a" | "b"]): void {
  host.ip("link", "add", "eth0", "type", "veth", "peer", "name", link, "netns", router.name);
  host.ip("address", "add", `${address.v4}/24`, "dev", "eth0");
  host.ip("address", "add", `${address.v6}/64`, "dev", "eth0", "nodad");
  router.ip("link", "set", link, "up");
  host.ip("link", "set", "eth0", "up");
  host.ip("route", "add", "default", "via", address.router4);
  host.ip("-6", "route", "add", "default", "via", address.router6);
}
