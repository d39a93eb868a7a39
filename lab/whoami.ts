// SPDX-License-Identifier: GPL-2.0-only
// A web server that tells every client the address that it sees it under.

import { createServer } from "node:http";

const port = 8080;

createServer((request, response) => {
  response.end(`${request.socket.remoteAddress ?? ""}\n`);
}).listen(port, "0.0.0.0", () => process.stdout.write("listening\n"));
