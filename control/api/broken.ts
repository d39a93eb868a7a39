// SPDX-License-Identifier: GPL-2.0-only
// What is not HTTP, or comes too slowly, is answered before there is a request.

import type { Socket } from "node:net";
import { NuseError } from "../errors.js";
import { problemType, toProblem } from "./problem.js";

const statuses: Readonly<Record<string, readonly [status: number, reason: string, words: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request did not come in time"],
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "the request's headers are too long"],
};
const malformed = [400, "Bad Request", "this is not HTTP"] as const;

export function answerBroken(error: Error & { readonly code?: string }, socket: Socket): void {
  const [status, reason, words] = statuses[error.code ?? ""] ?? malformed;
  if (error.code !== "ECONNRESET" && socket.writable) {
    const body = JSON.stringify({ ...toProblem(new NuseError("api.request", words)), status });
    socket.write(`HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
  }
  socket.destroySoon();
}
