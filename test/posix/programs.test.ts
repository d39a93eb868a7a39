// SPDX-License-Identifier: GPL-2.0-only
// Programs from Debian's packages on the stack, against a host of the host's kernel.

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { peer, stack, useBed } from "./bed.js";

const at = useBed();
const size = 3_000_000;

async function must(...command: string[]): Promise<string> {
  const { status, out, error } = await at.bed.run(...command);
  expect(status, `${command.join(" ")}: ${out}${error}`).toBe(0);
  return out;
}

function file(name: string): { path: string; bytes: Buffer } {
  const path = join(at.bed.scratch, name);
  const bytes = randomBytes(size);
  writeFileSync(path, bytes, { mode: 0o644 });
  return { path, bytes };
}

describe("configuration", () => {
  it("ip shows the stack's interfaces and addresses, not the host's", async () => {
    const links = (JSON.parse(await must("ip", "-json", "link")) as { ifname: string }[]).map(({ ifname }) => ifname);
    expect(links).toContain("eth0");
    expect(links).not.toContain("lan");
    expect(await must("ip", "-o", "address", "show", "dev", "eth0")).toContain(`${stack.v4}/24`);
  });

  it("ip changes addresses, routes, rules and neighbours", async () => {
    await must("ip", "address", "add", "10.79.0.1/24", "dev", "eth0");
    await must("ip", "route", "add", "172.31.0.0/16", "via", peer.v4);
    await must("ip", "rule", "add", "from", "10.79.0.0/24", "table", "77");
    await must("ip", "neighbour", "add", "10.79.0.9", "lladdr", "02:00:00:00:00:09", "dev", "eth0");
    expect(await must("ip", "-o", "address")).toContain("10.79.0.1/24");
    expect(await must("ip", "route", "get", "172.31.1.1")).toContain(`via ${peer.v4}`);
    expect(await must("ip", "rule")).toContain("lookup 77");
    expect(await must("ip", "neighbour")).toContain("02:00:00:00:00:09");
    await must("ip", "rule", "del", "from", "10.79.0.0/24", "table", "77");
    await must("ip", "address", "del", "10.79.0.1/24", "dev", "eth0");
  });

  it("ip says what the stack refuses", async () => {
    const { status, error } = await at.bed.run("ip", "address", "add", `${stack.v4}/24`, "dev", "eth0");
    expect(status).toBe(2);
    expect(error).toContain("already assigned");
  });

  it("tc adds and shows queueing disciplines", async () => {
    await must("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms");
    expect(await must("tc", "qdisc", "show", "dev", "lo")).toContain("netem");
    await must("tc", "qdisc", "del", "dev", "lo", "root");
  });

  it("nft adds and lists rules", async () => {
    await must("nft", "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c tcp dport 81 counter drop");
    expect(await must("nft", "list", "ruleset")).toContain("tcp dport 81 counter packets 0 bytes 0 drop");
    await must("nft", "delete", "table", "inet", "t");
  });

  it("ip makes named namespaces of the stack, and runs programs in them", async () => {
    const script = `set -e
      ip netns add side
      ip link add v0 type veth peer name v1 netns side
      ip address add 10.81.0.1/24 dev v0; ip link set v0 up
      ip -n side address add 10.81.0.2/24 dev v1; ip -n side link set v1 up
      ip netns list
      ip netns exec side grep -c v1: /proc/net/dev
      ip netns exec side ping -c 1 -W 2 10.81.0.1 | grep -c "1 received"
      ip netns del side
      ip netns list`;
    expect(await must("bash", "-c", script)).toBe("side (id: 0)\n1\n1\n");
  });

  it("files of the network are the stack's", async () => {
    expect(await must("cat", "/proc/net/dev")).toContain("eth0:");
    expect((await must("ls", "/sys/class/net")).split("\n")).toContain("eth0");
    expect(await must("readlink", "/sys/class/net/eth0")).toContain("virtual/net/eth0");
    await must("sysctl", "-qw", "net.ipv4.ip_default_ttl=77");
    expect(await must("cat", "/proc/sys/net/ipv4/ip_default_ttl")).toBe("77\n");
    expect(readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "utf8")).not.toBe("77\n");
  });
});

describe("traffic", () => {
  it.each([["IPv4", peer.v4], ["IPv6", peer.v6]])("ping gets its answers by %s", async (_family, address) => {
    await must("ping", "-c", "1", "-W", "3", address);
    expect(await must("ping", "-c", "5", "-i", "0.05", "-W", "1", address)).toContain("5 received");
  });

  it("tcpdump captures from the stack's interface by a mapped ring", async () => {
    const pings = at.bed.peerProgram("ping", "-i", "0.1", "-c", "50", stack.v4);
    const text = await must("tcpdump", "-n", "-c", "4", "-i", "eth0", "icmp");
    pings.child.kill();
    expect(text).toContain(`IP ${peer.v4} > ${stack.v4}: ICMP echo request`);
    expect(text).toContain(`IP ${stack.v4} > ${peer.v4}: ICMP echo reply`);
  });

  it("curl gets a file from the peer", async () => {
    const { bytes } = file("down");
    const server = at.bed.peerProgram("/usr/bin/python3", "-u", "-m", "http.server", "-b", peer.v4, "8080");
    await server.says("Serving");
    await must("curl", "-sS", "-o", join(at.bed.scratch, "got"), `http://${peer.v4}:8080/down`);
    expect(readFileSync(join(at.bed.scratch, "got")).equals(bytes)).toBe(true);
  });

  it("a server on the stack gives a file to the peer", async () => {
    const { bytes } = file("up");
    const server = at.bed.program(
      "/usr/bin/python3", "-uc",
      `import http.server as h, socketserver as s; t = s.TCPServer(("${stack.v4}", 8081), h.SimpleHTTPRequestHandler); print("up"); t.serve_forever()`,
    );
    await server.says("up");
    const got = join(at.bed.scratch, "got");
    const { status, error } = await at.bed.peerProgram("curl", "-sS", "-o", got, `http://${stack.v4}:8081/up`).ended;
    expect(status, error).toBe(0);
    expect(readFileSync(got).equals(bytes)).toBe(true);
  });

  it.each([
    ["TCP to the peer", []],
    ["TCP from the peer", ["-R"]],
    ["UDP to the peer", ["-u", "-b", "50M"]],
    ["UDP from the peer", ["-u", "-b", "50M", "-R"]],
  ])("iperf3 sends %s", async (_what, more) => {
    const server = at.bed.peerProgram("iperf3", "-s", "-1", "-B", peer.v4, "--forceflush");
    await server.says("listening");
    const report = JSON.parse(await must("iperf3", "-c", peer.v4, "-t", "1", "-J", ...more)) as {
      end: { sum_received?: { bytes: number }; sum?: { bytes: number } };
    };
    expect((report.end.sum_received ?? report.end.sum)!.bytes).toBeGreaterThan(1_000_000);
  });

  it("nginx with two workers serves a file by sendfile", async () => {
    const { bytes } = file("page");
    const { scratch } = at.bed;
    writeFileSync(
      join(scratch, "nginx.conf"),
      `daemon off; user root; worker_processes 2; error_log ${scratch}/nginx.log; pid ${scratch}/nginx.pid;
       events { worker_connections 128; }
       http { access_log off; sendfile on; server { listen ${stack.v4}:8088; root ${scratch}; } }`,
    );
    const nginx = at.bed.program("nginx", "-c", join(scratch, "nginx.conf"));
    const got = join(scratch, "page.got");
    const get = () =>
      at.bed.peerProgram(
        "curl", "-sS", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-o", got, `http://${stack.v4}:8088/page`,
      ).ended;
    expect((await get()).status).toBe(0);
    expect(readFileSync(got).equals(bytes)).toBe(true);
    nginx.child.kill("SIGQUIT");
    expect((await nginx.ended).status).toBe(0);
  });

  it("redis-server answers the peer, and redis-cli on the stack", async () => {
    const redis = at.bed.program("redis-server", "--port", "6390", "--bind", stack.v4, "--save", "", "--protected-mode", "no");
    await redis.says("Ready to accept");
    const set = at.bed.peerProgram("redis-cli", "-h", stack.v4, "-p", "6390", "set", "key", "value");
    expect((await set.ended).out).toBe("OK\n");
    expect(await must("redis-cli", "-h", stack.v4, "-p", "6390", "get", "key")).toBe("value\n");
    redis.child.kill("SIGTERM");
    expect((await redis.ended).status).toBe(0);
  });

  it("names are resolved by a server that is reached through the stack", async () => {
    const server = at.bed.peerProgram("/usr/bin/python3", "-uc", nameServer);
    await server.says("up");
    expect(await must("dig", "+short", "+time=2", `@${peer.v4}`, "peer.example")).toBe(`${peer.v4}\n`);
  });
});

/** Answers every question for an address with the peer's. */
const nameServer = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("${peer.v4}", 53))
print("up")
while True:
    q, a = s.recvfrom(512)
    question = q[12:q.index(0, 12) + 5]
    answer = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4" + socket.inet_aton("${peer.v4}")
    s.sendto(q[:2] + b"\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + question + answer, a)
`;
