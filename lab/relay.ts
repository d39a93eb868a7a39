// SPDX-License-Identifier: GPL-2.0-only
// relay.js ADDRESS:PORT SOCKET: hand connections over to a unix socket, for
// programs that speak TCP only.

import { connect, createServer } from "node:net";

const [listen = "", socket = ""] = process.argv.slice(2);
const [host, port] = listen.split(":");

createServer((incoming) => {
  const outgoing = connect(socket);
  incoming.pipe(outgoing).pipe(incoming);
  incoming.on("error", () => outgoing.destroy());
  outgoing.on("error", () => incoming.destroy());
}).listen(Number(port), host);
