// SPDX-License-Identifier: GPL-2.0-only
// GET over a unix socket.

import { request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function get(socketPath: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, timeout: 5_000, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer from ${socketPath}${path}`)));
    asked.on("error", reject);
    asked.end();
  });
}

const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** The samples of a Prometheus text, by `name{labels}`. */
export function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = line.startsWith("#") ? null : sample.exec(line);
    if (match) samples.set(match[2] === undefined ? match[1]! : `${match[1]}{${match[2]}}`, Number(match[3]));
  }
  return samples;
}
