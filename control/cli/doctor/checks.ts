// SPDX-License-Identifier: GPL-2.0-only
// What a host must be like for nused, each looked at alone.

export interface Finding {
  readonly subject: string;
  readonly verdict: "ok" | "warn" | "fail";
  /** What is so. */
  readonly words: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
}

/** What the checks read of the host: files by path, undefined when they are not there. */
export interface Host {
  read(path: string): string | undefined;
  list(path: string): readonly string[];
  /** Where a symbolic link leads. */
  link(path: string): string | undefined;
  readonly uid: number;
}

export interface Wanted {
  /** BACKEND:DEVICE of each port. */
  readonly devices: readonly string[];
  /** Processors that workers are pinned to. */
  readonly cpus: readonly number[];
  /** RAM of all workers together, bytes. */
  readonly memory: number;
}

const megabyte = 1024 * 1024;
const pageSize = 2 * megabyte;

const ok = (subject: string, words: string): Finding => ({ subject, verdict: "ok", words });
const warn = (subject: string, words: string, advice: string): Finding => ({ subject, verdict: "warn", words, advice });
const fail = (subject: string, words: string, advice: string): Finding => ({ subject, verdict: "fail", words, advice });

/** "0-2,5": 0, 1, 2, 5 */
export function parseCpus(text: string): Set<number> {
  return new Set(text.trim().split(",").filter(Boolean).flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }));
}

export function checkHugepages(host: Host, { memory }: Wanted): Finding[] {
  const free = Number(host.read("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages") ?? 0);
  const needed = Math.ceil(memory / pageSize);
  if (free >= needed) return [ok("hugepages", `${free} of 2 MB are free, ${needed} are needed`)];
  return [warn("hugepages", `${free} of 2 MB are free, ${needed} would be used: ordinary memory is used instead, and is slower`,
    `echo ${needed} > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages`)];
}

export function checkCpus(host: Host, { cpus }: Wanted): Finding[] {
  if (cpus.length === 0) return [warn("processors", "no worker is pinned to a processor", "workers: { cpus: [1] } in the configuration")];
  const online = parseCpus(host.read("/sys/devices/system/cpu/online") ?? "");
  const isolated = parseCpus(host.read("/sys/devices/system/cpu/isolated") ?? "");
  return cpus.flatMap((cpu) => {
    const subject = `processor ${cpu}`;
    if (!online.has(cpu)) return [fail(subject, "is not there, or offline", `online: ${[...online].join(", ")}`)];
    const governor = host.read(`/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`)?.trim();
    return [
      isolated.has(cpu)
        ? ok(subject, "is kept free of other programs")
        : warn(subject, "is shared with other programs", `boot the host with isolcpus=${cpus.join(",")} nohz_full=${cpus.join(",")}`),
      governor === undefined || governor === "performance"
        ? ok(`${subject} governor`, governor ?? "the frequency is not the host's to choose")
        : warn(`${subject} governor`, `is ${governor}`, `cpupower -c ${cpu} frequency-set -g performance`),
    ];
  });
}

/** Of device and worker on one node: memory of the other is farther away. */
export function checkNuma(host: Host, { devices, cpus }: Wanted): Finding[] {
  const nodes = host.list("/sys/devices/system/node").filter((name) => /^node\d+$/.test(name));
  if (nodes.length < 2) return [ok("NUMA", "the host has one node")];
  const nodeOf = (cpu: number): string | undefined =>
    nodes.find((node) => parseCpus(host.read(`/sys/devices/system/node/${node}/cpulist`) ?? "").has(cpu))?.slice("node".length);
  const workers = new Set(cpus.map(nodeOf));
  return devices.flatMap((device) => {
    const node = host.read(`/sys/class/net/${netdev(device) ?? ""}/device/numa_node`)?.trim();
    if (node === undefined || node === "-1" || workers.has(node)) return [];
    return [warn("NUMA", `${device} is at node ${node}, the workers at ${[...workers].join(", ")}`, `choose workers.cpus of node ${node}`)];
  });
}

const hostBackends = new Set(["raw", "xdp", "netmap"]);

/** The interface of the host that a device is, for the backends that take one. */
function netdev(device: string): string | undefined {
  const [backend = "", name = ""] = device.split(":");
  return hostBackends.has(backend) ? name.split(",")[0] : undefined;
}

export function checkDevices(host: Host, { devices }: Wanted): Finding[] {
  return devices.map((device) => {
    const [backend = "", ...rest] = device.split(":");
    const name = netdev(device);
    const address = /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/i.exec(rest.join(":"))?.[0];
    if (name !== undefined) return checkNetdev(host, device, name);
    if (backend === "dpdk" && address !== undefined) return checkPci(host, device, address);
    return ok(device, "is made when nused starts");
  });
}

function checkNetdev(host: Host, device: string, name: string): Finding {
  const directory = `/sys/class/net/${name}`;
  if (host.list(directory).length === 0) return fail(device, `the host has no interface ${name}`, "ip link shows which there are");
  const driver = host.link(`${directory}/device/driver`)?.split("/").at(-1) ?? "a virtual one";
  if ((Number(host.read(`${directory}/flags`) ?? 0) & 1) === 0) return warn(device, `${name} is down (driver: ${driver})`, `ip link set ${name} up`);
  return ok(device, `${name} is there and up (driver: ${driver})`);
}

const bindable = new Set(["vfio-pci", "uio_pci_generic", "igb_uio"]);
/** Cards that stay with the host's driver: DPDK shares them. */
const bifurcated = new Set(["mlx4_core", "mlx5_core", "mana"]);

function checkPci(host: Host, device: string, address: string): Finding {
  const directory = `/sys/bus/pci/devices/${address}`;
  if (host.list(directory).length === 0) return fail(device, "there is no such PCI device", "lspci -D");
  const driver = host.link(`${directory}/driver`)?.split("/").at(-1);
  if (driver !== undefined && (bindable.has(driver) || bifurcated.has(driver))) return ok(device, `is bound to ${driver}`);
  return fail(device, driver === undefined ? "is bound to no driver" : `is bound to ${driver}, which DPDK cannot use`, `dpdk-devbind.py --bind=vfio-pci ${address}`);
}

const capabilities = { NET_ADMIN: 12, NET_RAW: 13, IPC_LOCK: 14, SYS_NICE: 23 } as const;

export function checkRights(host: Host): Finding[] {
  const status = host.read("/proc/self/status") ?? "";
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  const lacking = Object.entries(capabilities).filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n).map(([name]) => `CAP_${name}`);
  const limit = /^Max locked memory\s+(\S+)/m.exec(host.read("/proc/self/limits") ?? "")?.[1];
  return [
    lacking.length === 0 ? ok("rights", "all that are needed") : fail("rights", `this user lacks ${lacking.join(", ")}`, "be root, or start nused by its systemd unit"),
    limit === "unlimited" || host.uid === 0 ? ok("locked memory", limit ?? "unlimited") : warn("locked memory", `at most ${limit ?? "0"} bytes`, "ulimit -l unlimited, or LimitMEMLOCK=infinity"),
  ];
}

/** Only what the configuration's devices need. */
export function checkFeatures(host: Host, { devices }: Wanted): Finding[] {
  const backends = new Set(devices.map((device) => device.split(":")[0]));
  const protocols = host.read("/proc/net/protocols") ?? "";
  const has = (name: string): boolean => new RegExp(`^${name}\\b`, "m").test(protocols);
  return [
    ...(backends.has("xdp") ? [has("XDP") ? ok("AF_XDP", "the host's kernel has it") : fail("AF_XDP", "the host's kernel lacks it", "use raw:, or a kernel with CONFIG_XDP_SOCKETS")] : []),
    ...(backends.has("raw") ? [has("PACKET") ? ok("AF_PACKET", "the host's kernel has it") : fail("AF_PACKET", "the host's kernel lacks it", "modprobe af_packet")] : []),
    ...(backends.has("tap") ? [host.list("/dev/net").includes("tun") ? ok("tap", "/dev/net/tun is there") : fail("tap", "there is no /dev/net/tun", "modprobe tun")] : []),
  ];
}

const checks = [checkRights, checkHugepages, checkCpus, checkNuma, checkDevices, checkFeatures];

export const examine = (host: Host, wanted: Wanted): Finding[] => checks.flatMap((check) => check(host, wanted));
