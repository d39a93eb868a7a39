// SPDX-License-Identifier: GPL-2.0-only
// A router with an inside, an outside and a server's network, for one test file.
//
//   inside 10.77.1.2 ---- lan [ nused ] wan ---- 10.77.2.2 outside
//                              | dmz
//                          10.77.3.2 server

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll } from "vitest";
import { end } from "../../lab/command.js";
import { Namespace } from "../../lab/namespace.js";
import { addCable, createNetwork, setUpHost } from "../../lab/network.js";
import type { Network } from "../../lab/network.js";
import { Nused } from "../../lab/nused.js";
import { eventually } from "./lab.js";

export const server = { v4: "10.77.3.2", v6: "fd77:3::2", router4: "10.77.3.1", router6: "fd77:3::1" } as const;

/** Configuration of ports and addresses, without a firewall. */
export const base = `ports:
  lan: { device: "raw:left0" }
  wan: { device: "raw:right0" }
  dmz: { device: "raw:mid0" }
interfaces:
  lan: { addresses: [10.77.1.1/24, "fd77:1::1/64"] }
  wan: { addresses: [10.77.2.1/24, "fd77:2::1/64"] }
  dmz: { addresses: [10.77.3.1/24, "fd77:3::1/64"] }
sysctl: { net.ipv4.ip_forward: 1, net.ipv6.conf.all.forwarding: 1 }
log: { level: debug }
`;

/** A web server that answers with whom it sees: "10.77.2.2 80". */
const echo = `
  const answer = (q, a) => a.end(q.socket.remoteAddress.replace("::ffff:", "") + " " + q.socket.localPort + "\\n");
  for (const port of process.argv.slice(1)) require("node:http").createServer(answer).listen(Number(port), "::");
  setTimeout(() => console.log("ready"), 200);`;

export interface FirewallNet {
  readonly inside: Namespace;
  readonly outside: Namespace;
  readonly server: Namespace;
  readonly router: Namespace;
  readonly nused: Nused;
  /** Put `text` behind the base configuration and wait for the end of it; what nused logged. */
  configure(text: string): Promise<string>;
  /** What curl gets from there; "" when nothing answers in time. */
  fetch(from: Namespace, url: string): string;
  pings(from: Namespace, address: string): boolean;
}

export function useFirewallNet(suffix: string): FirewallNet {
  let network: Network;
  let third: Namespace;
  let nused: Nused;
  const children: ChildProcess[] = [];
  const serve = async (namespace: Namespace, ...ports: number[]): Promise<void> => {
    const [command, ...prefix] = namespace.prefix;
    const child = spawn(command, [...prefix, process.execPath, "--eval", echo, ...ports.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    await once(child.stdout, "data");
  };
  beforeAll(async () => {
    network = createNetwork("test", suffix);
    third = new Namespace("test", `third${suffix}`);
    addCable(third, network.router, "mid0");
    setUpHost(third, server);
    nused = new Nused(network.router, base);
    await nused.ready();
    await serve(third, 80, 443);
    await serve(network.b, 80);
    await serve(network.a, 80);
  });
  afterAll(async () => {
    for (const child of children) await end(child);
    await nused?.stop();
    third?.remove();
    network?.remove();
  });
  return {
    get inside() {
      return network.a;
    },
    get outside() {
      return network.b;
    },
    get server() {
      return third;
    },
    get router() {
      return network.router;
    },
    get nused() {
      return nused;
    },
    async configure(text) {
      const before = nused.log().length;
      nused.configure(base + text);
      nused.child.kill("SIGHUP");
      return eventually(async () => nused.log().slice(before), (log) => /configuration applied|nothing to change|reload failed/.test(log));
    },
    fetch(from, url) {
      try {
        return from.run("curl", "-s", "-g", "--max-time", "2", url).trim();
      } catch {
        return "";
      }
    },
    pings(from, address) {
      try {
        from.run("ping", "-n", "-c", "2", "-i", "0.1", "-W", "1", address);
        return true;
      } catch {
        return false;
      }
    },
  };
}
