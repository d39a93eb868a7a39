// SPDX-License-Identifier: GPL-2.0-only

import { request } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { connect } from "node:net";
import { stat } from "node:fs/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { hosts } from "../../lab/network.js";
import { ping } from "../../lab/traffic.js";
import { eventually, useLab } from "./lab.js";

const lab = useLab("api");

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

function ask(path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: lab.nused.socket, path, agent: false, timeout: 20_000, ...options }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      answer.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Send bytes as they are; what comes back until the connection is closed. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(lab.nused.socket);
  let text = "";
  socket.on("data", (part) => (text += part.toString()));
  socket.on("error", () => undefined);
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const post = (path: string, body: unknown): Promise<Answer> =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" } }, JSON.stringify(body));

afterEach(async () => {
  expect((await ask("/healthz")).body).toBe('{"healthy":true}');
  const { received } = await eventually(() => ping(lab.network.a, hosts.b.v4, 3), (result) => result.received === 3);
  expect(received).toBe(3);
});

interface Description {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, unknown>; readonly parameters?: readonly { readonly name: string }[] }>>;
}

const describeApi = async (): Promise<Description> => JSON.parse((await ask("/openapi.json")).body) as Description;

describe("the description", () => {
  it("has every route with what it answers", async () => {
    const { openapi, paths } = await describeApi();
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(["/v1/status", "/v1/routes", "/v1/capture", "/v1/events", "/v1/config/apply", "/metrics"]));
    for (const [path, operations] of Object.entries(paths)) {
      for (const operation of Object.values(operations)) expect(Object.keys(operation.responses), path).not.toHaveLength(0);
    }
  });

  it("is true: every plain GET without parameters answers 200", async () => {
    const { paths } = await describeApi();
    const endless = new Set(["/v1/events", "/v1/capture"]);
    for (const path of Object.keys(paths).filter((one) => paths[one]!["get"] && !endless.has(one) && !one.includes("{"))) {
      const { status, headers } = await ask(path);
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(headers["nuse-api"]).toBe("1");
    }
  });
});

describe("garbage", () => {
  const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
  const word = fc.oneof(fc.string({ maxLength: 30 }), fc.integer().map(String), fc.constantFrom("-1", "1e9", "null", "true", "%00", "..", "99999999999999999999"));

  it("is refused with a problem, whatever the route, and never ends nused", async () => {
    const { paths } = await describeApi();
    const names = [...new Set(Object.values(paths).flatMap((operations) => Object.values(operations).flatMap(({ parameters = [] }) => parameters.map(({ name }) => name))))];
    const routes = Object.keys(paths).filter((path) => path !== "/v1/events" && path !== "/v1/capture");
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...routes, "/v1/nothing"), fc.constantFrom(...methods), fc.dictionary(fc.oneof(fc.constantFrom(...names), word), word, { maxKeys: 4 }),
      fc.oneof(fc.json(), fc.string(), fc.record({ text: word }).map((value) => JSON.stringify(value))),
      fc.constantFrom("application/json", "text/plain", "application/yaml", ""),
      async (path, method, query, body, type) => {
        const text = new URLSearchParams(query).toString();
        const withBody = method !== "GET" && method !== "HEAD";
        const { status, headers } = await ask(`${encodeURI(path)}?${text}`, { method, headers: withBody ? { "content-type": type, "content-length": Buffer.byteLength(body) } : {} }, withBody ? body : undefined);
        expect(status, `${method} ${path}?${text} ${body}`).toBeLessThan(500);
        if (status >= 400 && method !== "HEAD") expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
      },
    ), { numRuns: 400 });
  });

  it.each(["/v1/../../etc/passwd", "/../etc/passwd", "/v1/config/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/v1/capture/..%2f..", "/v1/%", `/${"x".repeat(8000)}`])("as a path leads nowhere: %s", async (path) => {
    expect((await ask(path)).status).toBeGreaterThanOrEqual(400);
    expect((await ask(path)).status).toBeLessThan(500);
  });

  it("as events and captures is refused before it begins", async () => {
    for (const path of ["/v1/events?events=nothing", "/v1/events?level=loud", "/v1/capture?snaplen=1", "/v1/capture?interface=a/b", "/v1/capture?packets=0", "/v1/capture?filter=%00", "/v1/capture?worker=9"]) {
      const { status } = await ask(path);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
    }
  });

  it.each([["/v1/config/check", 5 << 20], ["/v1/config/confirm", 70_000]])("that is too large is refused before it comes: %s", async (path, length) => {
    const text = await raw(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/"code":"api\.request"/);
  });

  it("that is not HTTP is answered with a problem", async () => {
    expect(await raw("nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("in a configuration is told at its place", async () => {
    const { status, body } = await post("/v1/config/apply", { text: "ports:\n  a: { devise: 1 }\n" });
    expect(status).toBe(422);
    expect(JSON.parse(body)).toMatchObject({
      type: "urn:nuse:error:config.invalid", code: "config.invalid",
      faults: expect.arrayContaining([expect.objectContaining({ detail: "unknown key devise", hint: "did you mean device?", place: expect.stringMatching(/:2:8$/) as string })]) as unknown,
    });
  });
});

describe("clients that behave badly", () => {
  it("and send half a request are let go", async () => {
    expect(await raw("GET /v1/status HTTP/1.1\r\nhost: x\r\nx-slow: ")).toMatch(/^HTTP\/1\.1 408 /);
  });

  /** Listen to events; how many of them came. */
  function listen(query = ""): { readonly asked: ClientRequest; readonly heard: () => string; readonly gone: () => boolean; readonly answered: Promise<IncomingMessage> } {
    let text = "";
    let gone = false;
    const asked = request({ socketPath: lab.nused.socket, path: `/v1/events${query}`, agent: false });
    const answered = new Promise<IncomingMessage>((resolve) => asked.once("response", resolve));
    void answered.then((answer) => answer.on("data", (part: Buffer) => (text += part.toString())));
    asked.on("error", () => undefined);
    asked.on("close", () => (gone = true));
    asked.end();
    return { asked, heard: () => text, gone: () => gone, answered };
  }

  it("and do not read what they asked for cost no memory, and hold nobody up", async () => {
    const { text } = JSON.parse((await ask("/v1/config")).body) as { text: string };
    const clients = Array.from({ length: 20 }, () => {
      const socket = connect(lab.nused.socket);
      socket.on("error", () => undefined);
      socket.write("GET /v1/capture HTTP/1.1\r\nhost: x\r\n\r\n");
      socket.pause();
      return socket;
    });
    await ping(lab.network.a, hosts.b.v4, 40);
    expect(JSON.parse((await ask("/v1/config")).body)).toEqual({ text });
    clients.forEach((socket) => socket.destroy());
  });

  it("and are two hundred at once all hear the same events", async () => {
    const clients = Array.from({ length: 200 }, () => listen("?events=rates"));
    await Promise.all(clients.map(({ answered }) => answered));
    await eventually(async () => clients, (all) => all.every(({ heard }) => heard().includes("event: rates")));
    expect(clients.filter(({ heard }) => heard().includes("event: rates"))).toHaveLength(200);
    clients.forEach(({ asked }) => asked.destroy());
  });

  it("and are more than can be served hear that", async () => {
    const clients = Array.from({ length: 256 }, () => listen());
    await Promise.all(clients.map(({ answered }) => answered));
    const { status, headers, body } = await ask("/v1/events");
    expect({ status, retry: headers["retry-after"] }).toEqual({ status: 503, retry: "5" });
    expect(JSON.parse(body)).toMatchObject({ code: "api.busy" });
    clients.forEach(({ asked }) => asked.destroy());
    await eventually(async () => {
      const next = listen();
      const { statusCode } = await next.answered;
      next.asked.destroy();
      return statusCode;
    }, (code) => code === 200);
  });
});

it("events tell of links, the log and the configuration", async () => {
  const events: string[] = [];
  const asked = request({ socketPath: lab.nused.socket, path: "/v1/events?level=info", agent: false }, (answer) =>
    answer.on("data", (part: Buffer) => events.push(part.toString())));
  asked.on("error", () => undefined);
  asked.end();
  await eventually(async () => events.join(""), (text) => text.includes("event: rates"));
  lab.network.router.ip("link", "set", "right0", "down");
  const down = await eventually(async () => events.join(""), (text) => text.includes("no carrier"));
  lab.network.router.ip("link", "set", "right0", "up");
  expect(down).toMatch(/event: link\ndata: \{"name":"right","change":"no carrier"\}/);
  const { text } = JSON.parse((await ask("/v1/config")).body) as { text: string };
  expect((await post("/v1/config/apply", { text: text.replace("10.77.1.1/24,", "10.77.1.1/24, 10.77.1.8/24,") })).status).toBe(200);
  expect((await post("/v1/config/apply", { text })).status).toBe(200);
  const all = await eventually(async () => events.join(""), (said) => said.includes("event: config") && said.includes("event: log"));
  expect(all).toMatch(/event: config\ndata: \{"number":\d+,/);
  expect(all).toMatch(/event: log\ndata: .*configuration applied/);
  asked.destroy();
  await eventually(() => ping(lab.network.a, hosts.b.v4, 3), ({ received }) => received === 3);
});

it("the socket is for the owner and the group", async () => {
  expect((await stat(lab.nused.socket)).mode & 0o777).toBe(0o660);
});

describe("long tables", () => {
  it("come in pages, or as lines", async () => {
    const first = JSON.parse((await ask("/v1/routes?limit=3")).body) as { routes: unknown[]; next: number };
    expect(first.routes).toHaveLength(3);
    expect(first.next).toBe(3);
    const second = JSON.parse((await ask("/v1/routes?limit=1000&offset=3")).body) as { routes: unknown[]; next: null };
    expect(second.next).toBeNull();
    const { headers, body } = await ask("/v1/routes", { headers: { accept: "application/x-ndjson" } });
    expect(headers["content-type"]).toBe("application/x-ndjson");
    expect(body.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([...first.routes, ...second.routes]);
  });
});
