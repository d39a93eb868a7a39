// SPDX-License-Identifier: GPL-2.0-only
// The API over TCP: who is let in.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { routerConfig, useLab } from "./lab.js";
import { Nuse } from "./nuse.js";

const dir = mkdtempSync(join(tmpdir(), "nuse-test-"));
afterAll(() => rmSync(dir, { recursive: true }));
const path = (name: string): string => join(dir, name);
const token = "0123456789abcdef0123456789abcdef";
writeFileSync(path("token"), `# the monitor's\n${token}\n`, { mode: 0o600 });
writeFileSync(path("wrong"), `${token.replace("0", "1")}\n`, { mode: 0o600 });

const openssl = (...args: readonly string[]): unknown => execFileSync("openssl", args, { cwd: dir, stdio: "ignore" });
openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem");
writeFileSync(path("names"), "subjectAltName=IP:127.0.0.1\n");
for (const name of ["server", "client"]) {
  openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", `${name}.pem`);
}

const asks = (lab: ReturnType<typeof useLab>) => ({
  curl: (...args: readonly string[]): { status: number; exit: number | null } => {
    const [command, ...prefix] = lab.network.router.prefix;
    const { stdout, status } = spawnSync(command, [...prefix, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", ...args], { encoding: "utf8" });
    return { status: Number(stdout), exit: status };
  },
  nuse: (...args: readonly string[]) => new Nuse("/nowhere", args, lab.network.router.prefix).end(),
});

describe("with a token", () => {
  const lab = useLab("token", `${routerConfig}\napi:\n  listen: ["unix:SOCKET", "tcp:127.0.0.1:8080"]\n  token-file: ${path("token")}\n`);
  const { curl, nuse } = asks(lab);
  const url = "http://127.0.0.1:8080";

  it("only who knows it is let in, anywhere", () => {
    for (const route of ["/v1/status", "/metrics", "/healthz", "/openapi.json", "/v1/nothing"]) {
      expect(curl(`${url}${route}`).status, route).toBe(401);
      expect(curl("-H", `Authorization: Bearer ${token}x`, `${url}${route}`).status, route).toBe(401);
    }
    expect(curl("-H", `Authorization: Bearer ${token}`, `${url}/v1/status`).status).toBe(200);
    expect(curl("-X", "POST", "-H", `Authorization: Bearer ${token}`, `${url}/v1/config/confirm`).status).toBe(409);
    expect(curl("-X", "POST", `${url}/v1/config/confirm`).status).toBe(401);
  });

  it("nuse is let in with it, and told when it is wrong", async () => {
    expect(await nuse("--url", url, "--token-file", path("token"), "status")).toMatchObject({ status: 0, error: "" });
    expect(await nuse("--url", url, "--token-file", path("wrong"), "status")).toMatchObject({ status: 9, error: expect.stringMatching(/needs a token/) as string });
  });

  it("who asks too often has to wait", () => {
    const many = spawnSync("ip", ["netns", "exec", lab.network.router.name, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", `${url}/v1/status?[1-600]`], { encoding: "utf8" });
    expect(new Set(many.stdout.trim().split("\n"))).toEqual(new Set(["401", "429"]));
  });
});

describe("with certificates", () => {
  const lab = useLab("tls", `${routerConfig}\napi:\n  listen: ["unix:SOCKET", "tcp:127.0.0.1:8443"]\n  tls: { cert: ${path("server.pem")}, key: ${path("server.key")}, client-ca: ${path("ca.pem")} }\n`);
  const { curl, nuse } = asks(lab);
  const url = "https://127.0.0.1:8443";

  it("only who has one of the authority is let in", async () => {
    expect(curl("--cacert", path("ca.pem"), `${url}/v1/status`)).toMatchObject({ status: 0 });
    expect(curl("--cacert", path("ca.pem"), "--cert", path("client.pem"), "--key", path("client.key"), `${url}/v1/status`)).toEqual({ status: 200, exit: 0 });
    expect(await nuse("--url", url, "--ca", path("ca.pem"), "--cert", path("client.pem"), "--key", path("client.key"), "status")).toMatchObject({ status: 0 });
    expect(await nuse("--url", url, "--ca", path("ca.pem"), "status")).toMatchObject({ status: 9 });
  });
});
