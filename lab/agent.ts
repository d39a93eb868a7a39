// SPDX-License-Identifier: GPL-2.0-only
// A program that a lab runs inside a namespace, to make sockets there: it does
// what its parent asks for over the channel that node puts between them.

import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { pattern } from "./pattern.js";

/** Datagrams on their way at one time: few enough for any socket's buffer. */
const window = 16;
const patience = 3_000;
/** What goes wrong that often will go on so. */
const enough = 20;

export interface Requests {
  /** Send back every datagram, with all bits of it inverted; the port. */
  echo: { request: { address: string }; answer: number };
  /** Send datagrams of these sizes to an echo and compare; what went wrong. */
  datagrams: { request: { address: string; port: number; sizes: readonly number[] }; answer: string[] };
  /** Wait for one stream and hash it; the port. */
  sink: { request: { address: string }; answer: number };
  /** Hash of the stream that the sink got. */
  sunk: { request: Record<string, never>; answer: string };
  /** Send a stream of so many bytes to a sink; its hash. */
  stream: { request: { address: string; port: number; bytes: number }; answer: string };
}

export type RequestName = keyof Requests;

const family = (address: string): "udp4" | "udp6" => (address.includes(":") ? "udp6" : "udp4");
const inverted = (bytes: Buffer): Buffer => bytes.map((byte) => ~byte) as Buffer;

async function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: family(address), recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

async function echo({ address }: Requests["echo"]["request"]): Promise<number> {
  const socket = await bound(address);
  socket.on("message", (bytes, from) => socket.send(inverted(bytes), from.port, from.address));
  return socket.address().port;
}

async function datagrams({ address, port, sizes }: Requests["datagrams"]["request"]): Promise<string[]> {
  const socket = await bound(address.includes(":") ? "::" : "0.0.0.0");
  const wrong: string[] = [];
  const under = new Set<number>();
  const waiting: (() => void)[] = [];
  const settle = (index: number): void => {
    under.delete(index);
    waiting.shift()?.();
  };
  socket.on("message", (bytes) => {
    const index = bytes.length < 2 ? -1 : 0xffff - bytes.readUInt16BE(0);
    if (!under.has(index)) wrong.push(`a datagram of ${bytes.length} bytes that nobody waits for`);
    else if (!inverted(bytes).equals(datagram(index, sizes[index]!))) wrong.push(`${sizes[index]} bytes came back changed`);
    settle(index);
  });
  for (const [index, size] of sizes.entries()) {
    if (wrong.length >= enough) break;
    if (under.size >= window) await new Promise<void>((resolve) => waiting.push(resolve));
    under.add(index);
    setTimeout(() => {
      if (!under.has(index)) return;
      wrong.push(`${size} bytes did not come back`);
      settle(index);
    }, patience).unref();
    socket.send(datagram(index, size), port, address, (error) => error && wrong.push(`${size} bytes: ${error.message}`));
  }
  while (under.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
  socket.close();
  return wrong;
}

/** The index, then bytes that depend on it. */
function datagram(index: number, size: number): Buffer {
  const bytes = pattern(index, size);
  bytes.writeUInt16BE(index, 0);
  return bytes;
}

let sunk: Promise<string> | undefined;

async function sink({ address }: Requests["sink"]["request"]): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true });
  server.listen(0, address);
  await once(server, "listening");
  sunk = (async () => {
    const [socket] = (await once(server, "connection")) as [import("node:net").Socket];
    const hash = createHash("sha256");
    for await (const bytes of socket) hash.update(bytes as Buffer);
    socket.end();
    server.close();
    return hash.digest("hex");
  })();
  return (server.address() as AddressInfo).port;
}

async function stream({ address, port, bytes }: Requests["stream"]["request"]): Promise<string> {
  const socket = connect(port, address);
  await once(socket, "connect");
  const hash = createHash("sha256");
  for (let at = 0, seed = 0; at < bytes; seed++) {
    const part = pattern(seed, Math.min(1 << 16, bytes - at));
    hash.update(part);
    if (!socket.write(part)) await once(socket, "drain");
    at += part.length;
  }
  socket.end();
  socket.resume();
  await once(socket, "close");
  return hash.digest("hex");
}

const handlers: { [Name in RequestName]: (request: Requests[Name]["request"]) => Promise<Requests[Name]["answer"]> } = {
  echo, datagrams, sink, stream, sunk: async () => sunk ?? "",
};

process.on("message", ({ id, name, request }: { id: number; name: RequestName; request: never }) => {
  handlers[name](request).then(
    (answer) => process.send!({ id, answer }),
    (error: unknown) => process.send!({ id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
