// SPDX-License-Identifier: GPL-2.0-only

import { parseAddress } from "../../net/address.js";
import type { Path } from "../document.js";
import type { ApiConfig, Listen } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import { defaultSocket } from "../socket.js";
import type { Refuse } from "./context.js";

export function buildApi({ api = {} }: ConfigFile, refuse: Refuse): ApiConfig {
  const { listen: text = `unix:${defaultSocket}`, tls } = api;
  const listen = typeof text === "string"
    ? [buildListen(text, ["api", "listen"], refuse)]
    : text.map((one, index) => buildListen(one, ["api", "listen", index], refuse));
  const config = {
    listen,
    tokenFile: api["token-file"],
    tls: tls && { cert: tls.cert, key: tls.key, clientCa: tls["client-ca"] },
  };
  listen.forEach((one, index) => guard(one, config, typeof text === "string" ? ["api", "listen"] : ["api", "listen", index], refuse));
  return config;
}

function buildListen(text: string, path: Path, refuse: Refuse): Listen {
  if (text.startsWith("unix:")) {
    const socket = text.slice("unix:".length);
    if (Buffer.byteLength(socket) > 107) refuse(path, "the socket's path is longer than 107 bytes");
    return { kind: "unix", path: socket };
  }
  const [, host = "", port = ""] = /^tcp:\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  if (!parseAddress(host)) refuse(path, `${host} is not an address`, "for example tcp:127.0.0.1:8080 or tcp:[::1]:8080");
  if (Number(port) < 1 || Number(port) > 65535) refuse(path, `${port} is not a port number`);
  return { kind: "tcp", host, port: Number(port) };
}

/** Whoever reaches a TCP port must say who they are, and nobody may read a token on its way. */
function guard(listen: Listen, { tokenFile, tls }: ApiConfig, path: Path, refuse: Refuse): void {
  if (listen.kind === "unix") return;
  if (tokenFile === undefined && tls?.clientCa === undefined) {
    refuse(path, "the API does not listen on TCP without authentication", "give api.token-file, or api.tls with client-ca; or listen on unix:PATH");
  } else if (!tls && !isLoopback(listen.host)) {
    refuse(path, `a token would go to ${listen.host} unencrypted`, "give api.tls, or listen on 127.0.0.1 or [::1]");
  }
}

const isLoopback = (host: string): boolean => host === "::1" || host.startsWith("127.");
