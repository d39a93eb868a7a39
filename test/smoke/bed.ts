// SPDX-License-Identifier: GPL-2.0-only
// Two hosts with nuse-engine between them, for the tests of one backend:
//
//   left eth0 ---- left [ nuse-engine ] right ---- eth0 right
//
// or, for links between two processes:
//
//   left eth0 ---- left [ nuse-engine ] link ---- link [ nuse-engine ] right ---- eth0 right

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { Agent } from "../../lab/agents.js";
import { Forwarder } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";
import { hosts, setUpHost, silence } from "../../lab/network.js";
import type { HostAddresses } from "../../lab/network.js";
import type { Backend, Side } from "./backends.js";

/** A port's MAC address, so that captures can tell it. */
export const routerMac = { left: "02:00:00:00:0a:01", right: "02:00:00:00:0b:01" } as const;

/** A VLAN on the left cable: the router has .1 in it, and by .2 goes to `host` (see trunk.ts). */
export const vlan = {
  id: 10,
  router: ["10.77.11.1", "fd77:11::1"],
  gateway: ["10.77.11.2", "fd77:11::2"],
  host: { v4: "10.77.13.2", v6: "fd77:13::2", router4: "10.77.13.1", router6: "fd77:13::1" },
} as const;

const addresses: Readonly<Record<Side, HostAddresses>> = { left: hosts.a, right: hosts.b };

export interface Host {
  readonly namespace: Namespace;
  readonly agent: Agent;
  readonly v4: string;
  readonly v6: string;
}

export interface Bed {
  readonly left: Host;
  readonly right: Host;
  readonly router: Namespace;
  readonly engines: readonly Forwarder[];
  /** Routers on the way. */
  readonly hops: number;
  /** Take a router's process away at once, and start it again. */
  kill(engine: number): Promise<void>;
  revive(engine: number): Promise<void>;
}

/** The network of a host, for a route. */
const network = (address: string): string =>
  address.includes(":") ? `${address.replace(/\d+$/, "")}/64` : `${address.replace(/\d+$/, "0")}/24`;

/** An address with the length of its network's prefix. */
const inNetwork = (address: string): string => `${address}/${address.includes(":") ? 64 : 24}`;

/** A port to one of the hosts. */
function hostArguments(backend: Backend, side: Side, scratch: string): string[] {
  const { router4, router6 } = addresses[side];
  return [
    "--port", `${side}=${backend.edge.port(side, scratch)}`,
    "--mtu", `${side}=${backend.mtu}`,
    "--mac", `${side}=${routerMac[side]}`,
    ...[router4, router6].flatMap((address) => ["--addr", `${side}=${inNetwork(address)}`]),
  ];
}

const vlanArguments = [
  "--vlan", `left.v=left:${vlan.id}`,
  ...vlan.router.flatMap((address) => ["--addr", `left.v=${inNetwork(address)}`]),
  "--route", `${network(vlan.host.v4)}=${vlan.gateway[0]}`,
  "--route", `${network(vlan.host.v6)}=${vlan.gateway[1]}`,
];

/** One end, `mine`, of the link between two routers, and what lies behind the other. */
function linkArguments(port: string, mtu: number, mine: 1 | 2, behind: readonly HostAddresses[]): string[] {
  const other = 3 - mine;
  return [
    "--port", `link=${port}`,
    "--mtu", `link=${mtu}`,
    "--addr", `link=10.77.9.${mine}/24`,
    "--addr", `link=fd77:9::${mine}/64`,
    ...behind.flatMap(({ v4, v6 }) => [
      "--route", `${network(v4)}=10.77.9.${other}`,
      "--route", `${network(v6)}=fd77:9::${other}`,
    ]),
  ];
}

function engineArguments(backend: Backend, scratch: string): string[][] {
  const left = [...hostArguments(backend, "left", scratch), ...vlanArguments];
  const right = hostArguments(backend, "right", scratch);
  if (!backend.middle) return [[...left, ...right]];
  const [one, two] = backend.middle(scratch);
  return [
    [...left, ...linkArguments(one, backend.mtu, 1, [hosts.b])],
    [...right, ...linkArguments(two, backend.mtu, 2, [hosts.a, vlan.host])],
  ];
}

class SmokeBed implements Bed {
  readonly #made: Namespace[] = [];
  readonly #agents: Agent[] = [];
  readonly #scratch = mkdtempSync(join(tmpdir(), "nuse-smoke-"));
  readonly router: Namespace;
  readonly engines: Forwarder[] = [];
  readonly hops: number;
  #arguments: string[][] = [];
  left!: Host;
  right!: Host;

  constructor(backend: Backend) {
    this.hops = backend.middle ? 2 : 1;
    this.router = this.#namespace("router");
    silence(this.router);
  }

  #namespace(role: string): Namespace {
    const made = new Namespace("test", `${role}smoke`);
    this.#made.push(made);
    return made;
  }

  async make(backend: Backend, more: readonly string[]): Promise<void> {
    const sides = { left: this.#namespace("left"), right: this.#namespace("right") };
    const each = (act: (side: Side, host: Namespace) => void): void => {
      act("left", sides.left);
      act("right", sides.right);
    };
    each((side, host) => backend.edge.before(host, this.router, side, backend.mtu));
    this.#arguments = engineArguments(backend, this.#scratch).map((args) => [...args, ...more]);
    for (const index of this.#arguments.keys()) await this.revive(index);
    each((side, host) => {
      backend.edge.after?.(host, this.router, side, backend.mtu);
      setUpHost(host, addresses[side]);
    });
    this.left = this.#host(sides.left, "left");
    this.right = this.#host(sides.right, "right");
  }

  async kill(engine: number): Promise<void> {
    await this.engines[engine]!.stop("SIGKILL");
  }

  async revive(engine: number): Promise<void> {
    this.engines[engine] = new Forwarder(this.router, this.#arguments[engine]!);
    await this.engines[engine].ready();
  }

  #host(namespace: Namespace, side: Side): Host {
    const agent = new Agent(namespace);
    this.#agents.push(agent);
    return { namespace, agent, v4: addresses[side].v4, v6: addresses[side].v6 };
  }

  async remove(): Promise<void> {
    for (const one of [...this.#agents]) await one.end();
    for (const engine of this.engines) await engine.stop("SIGKILL");
    this.#made.forEach((one) => one.remove());
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Made before the tests of the block, with `more` options for nuse-engine, and removed after them. */
export function useBed(backend: Backend, more: readonly string[] = []): Bed {
  let bed: SmokeBed | undefined;
  beforeAll(async () => {
    bed = new SmokeBed(backend);
    await bed.make(backend, more);
  });
  afterAll(() => bed?.remove());
  return {
    get left() {
      return bed!.left;
    },
    get right() {
      return bed!.right;
    },
    get router() {
      return bed!.router;
    },
    get engines() {
      return bed!.engines;
    },
    get hops() {
      return bed!.hops;
    },
    kill: (engine) => bed!.kill(engine),
    revive: (engine) => bed!.revive(engine),
  };
}
