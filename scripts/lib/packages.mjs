// SPDX-License-Identifier: GPL-2.0-only
// The one list of Debian packages, by what needs them.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { logFile } from "./paths.mjs";
import { SetupError } from "./errors.mjs";
import { logged, run } from "./run.mjs";

const packages = {
  compiler: ["build-essential", "cmake", "pkg-config"],
  kernel: [
    "linux-source-6.12", "flex", "bison", "bc", "libelf-dev", "xz-utils", "python3", "kmod",
    "cpio", "rsync", "perl", "libncurses-dev",
  ],
  dataplane: [
    "libbpf-dev", "libcmocka-dev", "libdpdk-dev", "libmnl-dev", "libnftables-dev", "libnftnl-dev",
    "libxdp-dev", "linux-libc-dev",
  ],
  addon: ["libsystemd-dev"],
  daemon: ["libnftables1", "netbase"],
  tests: [
    "iproute2", "iputils-ping", "iperf3", "ethtool", "tcpdump", "nftables", "curl", "openssl",
    "procps", "strace", "util-linux", "gdb", "valgrind", "clang-14", "libclang-rt-14-dev",
    "dpdk-dev", "systemd", "nginx-light", "redis-server", "redis-tools", "bind9-dnsutils",
    "prometheus",
  ],
};

/** Packages whose programs tests start themselves; their services are not wanted. */
const services = ["nginx", "prometheus", "redis-server"];

/** Asked by maintainer scripts whether they may start what they install. */
const policy = "/usr/sbin/policy-rc.d";

/** Install without any service being started, now or by the next boot. */
async function withoutServices(lacking, install) {
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await install();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
  for (const service of services.filter((name) => lacking.includes(name))) {
    spawnSync("systemctl", ["disable", "--quiet", service]);
  }
}

function missing() {
  const wanted = Object.values(packages).flat();
  const query = spawnSync(
    "dpkg-query",
    ["--show", "--showformat=${binary:Package} ${db:Status-Status}\n", ...wanted],
    { encoding: "utf8" },
  );
  if (query.error) {
    throw new SetupError("dpkg-query is not here", "set-up knows Debian 12; elsewhere install by hand what scripts/lib/packages.mjs lists");
  }
  const installed = new Set(
    query.stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(/[ :]/, 1)[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

/** Install what is missing; needs root only then. */
export async function installPackages(progress) {
  const lacking = missing();
  if (lacking.length === 0) return "up to date";
  if (process.getuid() !== 0) {
    throw new SetupError(
      `these Debian packages are missing: ${lacking.join(" ")}`,
      `sudo apt-get install ${lacking.join(" ")}`,
    );
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await logged(logFile("apt"), async (log) => {
    progress.note("apt-get update");
    await run(log, "apt-get", ["update", "-q"], { env });
    progress.note(`installing ${lacking.length} packages`);
    await withoutServices(lacking, () => run(log, "apt-get", ["install", "-y", "-q", "--no-install-recommends", ...lacking], {
      env,
      onLine: (line) => {
        const found = /^(?:Unpacking|Setting up) ([^ :]+)/.exec(line);
        if (found) progress.note(`installing ${found[1]}`);
      },
    }));
  });
  const still = missing();
  if (still.length > 0) throw new SetupError(`apt-get did not install ${still.join(" ")}`);
  return `installed ${lacking.length}`;
}
