// SPDX-License-Identifier: GPL-2.0-only
// Packets of the instances as they pass, as one pcapng file. A task of each
// kernel's own reads a packet socket; a worker does no more than to copy a packet
// to it that the filter wants, and when nobody takes them off, drops and counts.

import Type from "typebox";
import { NuseError } from "../errors.js";
import { compileFilter } from "./filter.js";
import type { Packet, PacketSocket } from "./packets.js";
import { PcapngWriter } from "./pcapng.js";

export const CaptureOptions = Type.Object(
  {
    interface: Type.Optional(Type.String({ pattern: "^[^\\s/:]{1,15}$", description: "without it, all" })),
    worker: Type.Optional(Type.Integer({ minimum: 0, maximum: 63, description: "without it, all" })),
    filter: Type.Optional(Type.String({ maxLength: 1000, description: "an expression of pcap-filter(7)" })),
    snaplen: Type.Integer({ minimum: 14, maximum: 65535, default: 65535, description: "bytes of each packet to keep" }),
    packets: Type.Optional(Type.Integer({ minimum: 1, description: "end after so many" })),
    seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86400, description: "end after so many" })),
  },
  { additionalProperties: false },
);

export type CaptureOptions = Type.Static<typeof CaptureOptions>;

export interface Capture {
  /** The file's blocks; packets that nobody takes wait in the kernel, a bounded number. */
  blocks(): AsyncGenerator<Buffer>;
  /** End it; the blocks end after the statistics, or at once when nobody takes them. */
  stop(): void;
}

/** Opens a packet socket in each kernel that is asked for, on one interface or on all. */
export type OpenSockets = (options: CaptureOptions, filter: Buffer | undefined) => Promise<readonly PacketSocket[]>;

export async function startCapture(options: CaptureOptions, open: OpenSockets): Promise<Capture> {
  const filter = options.filter === undefined || options.filter.trim() === "" ? undefined : await compileFilter(options.filter, options.snaplen);
  const sockets = await open(options, filter);
  if (sockets.length === 0) throw new NuseError("api.missing", `there is no interface ${options.interface ?? ""}`);
  const stop = (): void => sockets.forEach((socket) => socket.stop());
  const timer = options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);

  async function* blocks(): AsyncGenerator<Buffer> {
    const writer = new PcapngWriter(options.snaplen);
    let left = options.packets ?? Infinity;
    try {
      yield writer.begin();
      for await (const [socket, packets] of together(sockets)) {
        yield writer.packets(socket, packets.slice(0, left));
        left -= packets.length;
        if (left <= 0) break;
      }
      for (const socket of sockets) yield writer.statistics(socket, await socket.statistics());
    } finally {
      clearTimeout(timer);
      for (const socket of sockets) socket.close();
    }
  }
  return { blocks, stop };
}

/** What the sockets get, whichever gets something first. */
async function* together(sockets: readonly PacketSocket[]): AsyncGenerator<readonly [PacketSocket, readonly Packet[]]> {
  const receive = async (socket: PacketSocket) => [socket, await socket.receive()] as const;
  const waiting = new Map(sockets.map((socket) => [socket, receive(socket)]));
  while (waiting.size > 0) {
    const [socket, packets] = await Promise.race(waiting.values());
    if (packets === undefined) {
      waiting.delete(socket);
    } else {
      if (packets.length > 0) yield [socket, packets];
      waiting.set(socket, receive(socket));
    }
  }
}
