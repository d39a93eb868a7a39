// SPDX-License-Identifier: GPL-2.0-only
// The tables of what is in the library kernel, in reading order. An option goes to
// the first section that takes it, so particular ones stand before general ones.

const named = (pattern) => ({ name }) => pattern.test(name);
const below = (...folders) => ({ file }) => folders.some((folder) => file.startsWith(folder));
const inMenu = (title) => ({ file, menus }) => file === "crypto/Kconfig" && menus.at(-1) === title;
const both = (...tests) => (option) => tests.every((test) => test(option));

/** Kconfig files whose options the tables answer for, in or out. */
export const inScope = below("net/", "drivers/net/", "crypto/", "arch/lib/crypto/");

/** Options from elsewhere that programs and operators of a router meet. */
const around = named(
  new RegExp(
    `^(${[
      "BPF_SYSCALL|BPF_UNPRIV_DEFAULT_OFF|CGROUPS|CGROUP_BPF|DEVTMPFS|EPOLL|EVENTFD|FHANDLE|FILE_LOCKING|FUTEX",
      "IKCONFIG_PROC|INOTIFY_USER|KALLSYMS|MAGIC_SYSRQ|MEMFD_CREATE|MULTIUSER|NAMESPACES|NET_NS|PID_NS",
      "POSIX_TIMERS|PROC_FS|PROC_SYSCTL|SIGNALFD|SYSFS|TIMERFD|TRACEPOINTS|USER_NS|UTS_NS",
    ].join("|")})$`,
  ),
);

const helper = /^(NF_CONNTRACK|NF_NAT)_(AMANDA|BROADCAST|FTP|H323|IRC|NETBIOS_NS|PPTP|SANE|SIP|SNMP|SNMP_BASIC|TFTP)$/;
const sockets = new RegExp(
  `^(${[
    "NET|PACKET|UNIX|INET|IPV6|NET_KEY|NET_KEY_MIGRATE|AF_KCM|AF_UNIX_OOB|XDP_SOCKETS|.*_DIAG|INET_DIAG_DESTROY",
    "TLS|SYN_COOKIES|STREAM_PARSER|BPF_STREAM_PARSER|(XFRM|INET)6?_ESPINTCP|TCP_(AO|MD5SIG|CONG_ADVANCED)",
    "(INET_)?MPTCP.*|IP_SCTP|SCTP_.*|IP_DCCP.*",
  ].join("|")})$`,
);
const tunnels = new RegExp(
  `^(${[
    "NET_(IPIP|IPGRE.*|IPVTI|FOU.*|IP_TUNNEL|UDP_TUNNEL)|IPV6_(VTI|SIT.*|TUNNEL|GRE|FOU.*)|INET6?_TUNNEL",
    "XFRM_INTERFACE|L2TP.*|PPPOL2TP",
  ].join("|")})$`,
);
const layer2 = below(
  "net/bridge/Kconfig", "net/8021q/", "net/802/", "net/hsr/", "net/batman-adv/", "net/openvswitch/",
  "net/switchdev/", "net/dcb/", "net/llc/", "net/nsh/",
);

export const sections = [
  ["Sockets and transport protocols", both(named(sockets), below("net/"))],
  ["TCP congestion control", both(named(/^TCP_CONG_/), below("net/"))],
  ["Tunnels", both(named(tunnels), below("net/", "drivers/net/"))],
  ["IPsec", both(named(/^(XFRM.*|INET6?_(AH|ESP|ESP_OFFLOAD|IPCOMP|XFRM_TUNNEL))$/), below("net/"))],
  ["Link types", below("drivers/net/")],
  ["Bridging, VLAN and other layer 2", layer2],
  ["nf_tables", both(named(/^(NF_TABLES|NFT_)/), below("net/"))],
  ["Connection tracking and NAT helpers", both(named(helper), below("net/"))],
  ["Sets (ipset)", below("net/netfilter/ipset/")],
  ["Load balancing (IPVS)", below("net/netfilter/ipvs/")],
  ["xtables matches and targets", both(named(/^(NETFILTER_XT|IP_NF_|IP6_NF_)/), below("net/"))],
  ["ebtables", both(named(/^BRIDGE_(NF_EBTABLES|EBT_)/), below("net/"))],
  ["Connection tracking, NAT, flowtables, logging", both(named(/^(NETFILTER|NF_|BRIDGE_NETFILTER)/), below("net/"))],
  ["Queueing disciplines", both(named(/^NET_SCH(ED$|_)/), below("net/sched/"))],
  ["Classifiers", both(named(/^(NET_CLS$|NET_CLS_(?!ACT)|CLS_)/), below("net/sched/"))],
  ["Extended matches", both(named(/^NET_EMATCH/), below("net/sched/"))],
  ["Actions", both(named(/^(NET_CLS_ACT|NET_ACT_|NET_IFE|GACT_|NET_TC_)/), below("net/"))],
  ["Routing, multicast, MPLS and segment routing", below("net/ipv4/", "net/ipv6/", "net/mpls/", "net/l3mdev/")],
  ["The rest of the network", below("net/")],
  ["Crypto: framework", inMenu("Crypto core or helper")],
  ["Crypto: AEAD", inMenu("AEAD (authenticated encryption with associated data) ciphers")],
  ["Crypto: ciphers", inMenu("Block ciphers")],
  ["Crypto: modes", inMenu("Length-preserving ciphers and modes")],
  ["Crypto: hashes and MACs", inMenu("Hashes, digests, and MACs")],
  ["Crypto: accelerated", below("arch/lib/crypto/")],
  ["Crypto: random numbers, compression, checksums, user space", below("crypto/")],
  ["Around the network", around],
].map(([title, takes]) => ({ title, takes }));
