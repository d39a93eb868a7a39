// SPDX-License-Identifier: GPL-2.0-only
// Tracked connections, a part at a time.

import type { Connection } from "../api/schema/tables.js";
import { decodeConnection, getConnections } from "../netlink/conntrack.js";
import type { Connection as KernelConnection, Flow } from "../netlink/conntrack.js";
import type { NetlinkSocket } from "../netlink/socket.js";

const protocols: Readonly<Record<number, string>> = {
  1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 58: "icmpv6", 132: "sctp", 136: "udplite",
};

/** By number: enum tcp_conntrack. */
const tcpStates = [
  "none", "syn sent", "syn received", "established", "fin wait", "close wait", "last ack", "time wait", "close", "syn sent 2",
];

export async function* readConnections(socket: NetlinkSocket): AsyncGenerator<Connection[]> {
  for await (const part of socket.stream(getConnections(), decodeConnection)) yield part.map(showConnection);
}

/** An answer that goes elsewhere than the question came from tells of NAT. */
export function showConnection({ original, reply, tcpState, assured, timeout, mark }: KernelConnection): Connection {
  const sourceNat = reply.destination.text !== original.source.text || reply.destinationPort !== original.sourcePort;
  const destinationNat = reply.source.text !== original.destination.text || reply.sourcePort !== original.destinationPort;
  return {
    protocol: protocols[original.protocol] ?? String(original.protocol),
    original: showFlow(original),
    reply: showFlow(reply),
    ...(tcpState !== undefined && { state: tcpStates[tcpState] ?? String(tcpState) }),
    assured,
    nat: [...(sourceNat ? ["source" as const] : []), ...(destinationNat ? ["destination" as const] : [])],
    timeoutSeconds: timeout,
    ...(mark !== 0 && { mark }),
  };
}

const showFlow = ({ source, destination, sourcePort, destinationPort }: Flow): Connection["original"] => ({
  source: source.text,
  destination: destination.text,
  ...(sourcePort !== undefined && { sourcePort }),
  ...(destinationPort !== undefined && { destinationPort }),
});
