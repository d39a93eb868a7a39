// SPDX-License-Identifier: GPL-2.0-only

import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { NuseError } from "../../errors.js";
import { captureHeader } from "../../api/version.js";
import type { Client } from "../client.js";
import { tell } from "../output.js";

export interface CaptureOptions {
  readonly interface?: string | undefined;
  readonly worker?: number | undefined;
  readonly snaplen?: number | undefined;
  readonly count?: number | undefined;
  readonly seconds?: number | undefined;
  readonly write: string;
}

/** Write a pcapng file until a limit or Ctrl-C ends it; "-" is standard output. */
export async function capture(client: Client, filter: string, { interface: name, count, write, ...options }: CaptureOptions): Promise<void> {
  if (write === "-" && process.stdout.isTTY) {
    throw new NuseError("usage", "a capture is not for a terminal", { hint: "nuse capture -w FILE, or nuse capture | tcpdump -r -" });
  }
  const answer = await client.open("/v1/capture", {
    query: { ...options, interface: name, packets: count, filter: filter === "" ? undefined : filter },
    accept: "application/x-pcapng",
  });
  tell(`capturing on ${name ?? "all interfaces"}; Ctrl-C ends it`);
  const end = (): void => {
    const id = String(answer.headers[captureHeader]);
    client.delete(`/v1/capture/${id}`).catch(() => answer.destroy());
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const whole = wholeBlocks();
  try {
    await pipeline(answer, whole.stream, write === "-" ? process.stdout : createWriteStream(write));
  } catch (cause) {
    throw new NuseError("api.unreachable", `the capture broke: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  tell(`${whole.packets()} packets`);
}

const packetBlock = 6;

/** Passes on whole blocks only, so that a capture that is cut off is a valid file. */
function wholeBlocks(): { readonly stream: Transform; packets(): number } {
  let rest: Buffer = Buffer.alloc(0);
  let packets = 0;
  const stream = new Transform({
    transform(part: Buffer, _encoding, done) {
      const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
      let end = 0;
      while (end + 8 <= bytes.length && end + bytes.readUInt32LE(end + 4) <= bytes.length) {
        if (bytes.readUInt32LE(end) === packetBlock) packets++;
        end += bytes.readUInt32LE(end + 4);
      }
      rest = bytes.subarray(end);
      done(null, bytes.subarray(0, end));
    },
  });
  return { stream, packets: () => packets };
}
