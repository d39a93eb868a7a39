// SPDX-License-Identifier: GPL-2.0-only

import { parseAddress } from "../../net/address.js";
import type { Listen } from "../model.js";
import type { ConfigFile } from "../schema/file.js";
import type { Refuse } from "./context.js";

const defaultListen = "unix:/run/nuse/nused.sock";

/** Dots separate the parts, as sysctl(8) has it; with slashes, dots are part of a name. */
export function buildSysctls({ sysctl = {} }: ConfigFile): Map<string, string> {
  return new Map(
    Object.entries(sysctl).map(([name, value]) => [
      name.includes("/") ? name : name.replaceAll(".", "/"),
      String(value),
    ]),
  );
}

export function buildListen({ api }: ConfigFile, refuse: Refuse): Listen {
  const text = api?.listen ?? defaultListen;
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (Buffer.byteLength(path) > 107) refuse(["api", "listen"], "the socket's path is longer than 107 bytes");
    return { kind: "unix", path };
  }
  const [, host = "", port = ""] = /^tcp:\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address || !(host === "::1" || host.startsWith("127."))) {
    refuse(
      ["api", "listen"],
      `${host} is not a loopback address`,
      "without authentication the API listens on 127.0.0.1, [::1] or a unix socket only",
    );
  }
  if (Number(port) < 1 || Number(port) > 65535) refuse(["api", "listen"], `${port} is not a port number`);
  return { kind: "tcp", host, port: Number(port) };
}
