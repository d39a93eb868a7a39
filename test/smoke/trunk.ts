// SPDX-License-Identifier: GPL-2.0-only
// A host behind a VLAN of the left cable. This machine's kernel may have no
// VLANs: the other end of this one is a nuse-engine too.
//
//   host eth0 ---- trunk0 [ nuse-engine ] eth0 of left, tagged ---- router

import { Agent } from "../../lab/agents.js";
import { Forwarder } from "../../lab/forwarder.js";
import { Namespace } from "../../lab/namespace.js";
import { addCable, setUpHost } from "../../lab/network.js";
import { vlan } from "./bed.js";
import type { Bed, Host } from "./bed.js";

const program = [
  "--port", "host=raw:trunk0", "--addr", `host=${vlan.host.router4}/24`, "--addr", `host=${vlan.host.router6}/64`,
  "--port", "trunk=raw:eth0", "--mac", "trunk=02:00:00:00:0c:01", "--vlan", `v=trunk:${vlan.id}`,
  "--addr", `v=${vlan.gateway[0]}/24`, "--addr", `v=${vlan.gateway[1]}/64`,
  "--route", `default=${vlan.router[0]}`, "--route", `default=${vlan.router[1]}`,
];

/** Have `act` use the host, with frames of up to `mtu` bytes. */
export async function withTaggedHost<T>({ left }: Bed, mtu: number, act: (host: Host) => Promise<T>): Promise<T> {
  const namespace = new Namespace("test", "taggedsmoke");
  addCable(namespace, left.namespace, "trunk0");
  namespace.ip("link", "set", "eth0", "mtu", String(mtu));
  left.namespace.ip("link", "set", "trunk0", "mtu", String(mtu));
  setUpHost(namespace, vlan.host);
  const gateway = new Forwarder(left.namespace, program);
  const agent = new Agent(namespace);
  try {
    await gateway.ready();
    return await act({ namespace, agent, v4: vlan.host.v4, v6: vlan.host.v6 });
  } finally {
    await agent.end();
    await gateway.stop();
    namespace.remove();
  }
}
