// SPDX-License-Identifier: GPL-2.0-only
// Why an option of the network or of crypto is not in the library kernel. Every one
// that is off has to match a row: an option that a new kernel brings asks for a decision.

const names = (...list) => {
  const pattern = new RegExp(`^(?:${list.join("|")})$`);
  return ({ name }) => pattern.test(name);
};
const files = (...folders) => ({ file }) => folders.some((folder) => file.startsWith(folder));
const any = (...tests) => (option) => tests.some((test) => test(option));

const noMmu = "needs an MMU";
const noSmp = "needs SMP; an instance is one processor, and one scales out by instances";

/** {what, takes, why}; `count` gives the number of options instead of their names. */
export const absent = [
  {
    what: "Network hardware: Ethernet, PHY, MDIO, USB, FDDI, WAN, thunderbolt, switch chips and other cards",
    takes: any(
      files(
        "drivers/net/ethernet/", "drivers/net/phy/", "drivers/net/mdio/", "drivers/net/pcs/", "drivers/net/usb/",
        "drivers/net/fddi/", "drivers/net/hippi/", "drivers/net/arcnet/", "drivers/net/wan/", "drivers/net/pse-pd/",
        "drivers/net/ipa/", "drivers/net/plip/", "drivers/net/thunderbolt/", "drivers/net/dsa/", "net/dsa/",
      ),
      names("NET_FC", "NTB_NETDEV", "RIONET", "NET_SB1000", "FUJITSU_ES", "MHI_NET"),
    ),
    why: "the library has no bus, interrupt or DMA; hardware belongs to the ports, which are host code",
    count: true,
  },
  {
    what: "Paravirtual network cards",
    takes: any(
      files("drivers/net/hyperv/"),
      names("VIRTIO_NET", "XEN_NETDEV_FRONTEND", "XEN_NETDEV_BACKEND", "VMXNET3", "NET_FAILOVER", "FAILOVER"),
    ),
    why: "the host's side of a virtual machine; a port brings their frames",
  },
  {
    what: "Wireless: 802.11, Bluetooth, NFC, WWAN, rfkill, 802.15.4 and 6LoWPAN",
    takes: any(
      files(
        "net/wireless/", "net/mac80211/", "drivers/net/wireless/", "net/bluetooth/", "net/nfc/", "net/rfkill/",
        "drivers/net/wwan/", "net/ieee802154/", "net/mac802154/", "net/6lowpan/", "drivers/net/ieee802154/",
      ),
      names("WIRELESS"),
    ),
    why: "needs radios; an access point's wired side is an ordinary port",
    count: true,
  },
  {
    what: "ATM, and PPP and RFC 1483 bridging over it",
    takes: any(files("net/atm/"), names("PPPOATM")),
    why: "needs ATM cards",
  },
  {
    what: "Serial lines: SLIP, asynchronous and synchronous PPP",
    takes: any(files("drivers/net/slip/"), names("PPP_ASYNC", "PPP_SYNC_TTY", "EQUALIZER")),
    why: "needs TTYs; PPPoE, PPTP and L2TP carry PPP without them",
  },
  {
    what: "Field and management buses: CAN, MCTP, NC-SI, CAIF, Phonet, QRTR",
    takes: any(
      files(
        "net/can/", "drivers/net/can/", "net/mctp/", "drivers/net/mctp/", "net/ncsi/",
        "net/caif/", "drivers/net/caif/", "net/phonet/", "net/qrtr/",
      ),
      names("NET_EMATCH_CANID"),
    ),
    why: "vehicle, board and modem links that carry no IP traffic of a router",
    count: true,
  },
  {
    what: "Protocols of other times: AppleTalk, X.25, LAPB, LLC2 sockets, AX.25, NET/ROM, ROSE",
    takes: files("net/appletalk/", "net/x25/", "net/lapb/", "net/llc/", "net/ax25/", "drivers/net/hamradio/"),
    why: "not IP, and no longer routed; 802.2 LLC itself is in, for spanning tree",
    count: true,
  },
  {
    what: "Cluster transports: TIPC, RDS",
    takes: files("net/tipc/", "net/rds/"),
    why: "between the nodes of one cluster, chosen by its software; neither an IP router nor its end hosts speak them",
  },
  {
    what: "Transports of file systems: RxRPC, Sun RPC, 9P, Ceph, and the DNS resolver for them",
    takes: files("net/rxrpc/", "net/sunrpc/", "net/9p/", "net/ceph/", "net/dns_resolver/"),
    why: "the library kernel mounts no disks and no network file systems",
  },
  {
    what: "VSOCK",
    takes: any(files("net/vmw_vsock/"), names("VSOCKMON")),
    why: "between a virtual machine and its hypervisor; the instance is neither",
  },
  { what: "SMC, IUCV", takes: files("net/smc/", "net/iucv/"), why: "needs RDMA or a mainframe" },
  {
    what: "AF_XDP sockets inside the instance",
    takes: names("XDP_SOCKETS", "XDP_SOCKETS_DIAG"),
    why: "vmap() maps their buffers, and without an MMU it is a BUG(). XDP programs run on every device",
  },
  {
    what: "TLS offload to a network card",
    takes: names("TLS_DEVICE", "TLS_TOE"),
    why: "no port offers it, and its checks would stand in every transmit; kTLS itself is in",
  },
  {
    what: "Receive steering between processors: RPS, RFS, flow limit, per-processor reference counts",
    takes: names("RPS", "RFS_ACCEL", "NET_FLOW_LIMIT", "PCPU_DEV_REFCNT"),
    why: noSmp,
  },
  { what: "Parallel crypto", takes: names("CRYPTO_PCRYPT"), why: noSmp },
  {
    what: "32-bit programs: translation of xtables and xfrm calls",
    takes: names("NETFILTER_XTABLES_COMPAT", "XFRM_USER_COMPAT"),
    why: "the library speaks the 64-bit calls only",
  },
  {
    what: "Security labels on packets: NetLabel, secmark, the `security` tables",
    takes: any(files("net/netlabel/"), names("NETWORK_SECMARK", "IP6?_NF_SECURITY", ".*_(CONN)?SECMARK")),
    why: "means nothing without a security module, and there is none: the host confines the process",
  },
  {
    what: "`AUDIT` target",
    takes: names("NETFILTER_XT_TARGET_AUDIT"),
    why: "the audit daemon is the host's; `LOG`, `NFLOG` and `TRACE` are in",
  },
  { what: "`LED` target", takes: names("NETFILTER_XT_TARGET_LED"), why: "no lights" },
  {
    what: "Time stamps in PHYs, PTP clocks",
    takes: names("NETWORK_PHY_TIMESTAMPING"),
    why: "the clock is the host's; software time stamps are in",
  },
  {
    what: "Configuration at boot: DHCP, BOOTP and RARP by the kernel",
    takes: names("IP_PNP.*"),
    why: "the control plane configures an instance",
  },
  { what: "Console over UDP", takes: names("NETCONSOLE.*"), why: "the host operation `console` has the log already" },
  {
    what: "Traffic generator and simulated devices",
    takes: names("NET_PKTGEN", "NETDEVSIM"),
    why: "for tests: in the debug variant",
  },
  {
    what: "Statistics of every route lookup",
    takes: names("IP_FIB_TRIE_STATS"),
    why: "counts in the forwarding path",
  },
  { what: "Big-endian virtio headers in TUN", takes: names("TUN_VNET_CROSS_LE"), why: "for guests of the other byte order" },
  {
    what: "Debugging and self-tests",
    takes: names(
      ".*_DEBUG", ".*_DEBUGFS", ".*KUNIT.*", ".*_TEST", ".*_TRACING", ".*_DBG_.*", ".*_REFCNT_TRACKER", "DEBUG_NET.*",
      "CRYPTO_MANAGER_EXTRA_TESTS", "CRYPTO_JITTERENTROPY_TESTINTERFACE", "CRYPTO_USER_API_RNG_CAVP",
    ),
    why: "no debugging in the production variants",
    count: true,
  },
  {
    what: "FIPS mode",
    takes: names("CRYPTO_FIPS.*"),
    why: "a certificate belongs to a distribution's build, and it demands self-tests at every boot",
  },
  {
    what: "Public keys, certificates and signatures",
    takes: any(files("crypto/asymmetric_keys/"), names("CRYPTO_(RSA|DH|DH_RFC7919_GROUPS|ECDH|ECDSA|ECRDSA|CURVE25519)")),
    why: "key exchange is the work of daemons (IKE, TLS); WireGuard's Curve25519 is in the library of the kernel",
  },
  {
    what: "Disk encryption: XTS, CTS, LRW, HCTR2, Adiantum, ESSIV, key wrap",
    takes: names("CRYPTO_(XTS|CTS|LRW|HCTR2|ADIANTUM|ESSIV|KEYWRAP)"),
    why: "no disks",
  },
  {
    what: "Compression that IPComp does not know",
    takes: names("CRYPTO_(LZO|842|LZ4|LZ4HC|ZSTD)"),
    why: "no user in the network",
  },
  {
    what: "Ciphers and hashes that no network protocol of the kernel names",
    takes: names(
      "CRYPTO_(AES_TI|ANUBIS|FCRYPT|KHAZAD|SEED|TEA|ARC4|PCBC|AEGIS128|AEGIS128_SIMD|USER_API_ENABLE_OBSOLETE)",
      "CRYPTO_(MD4|MICHAEL_MIC|STREEBOG|VMAC|WP512|XXHASH|CRCT10DIF|CRC64_ROCKSOFT)",
    ),
    why: "IPsec, WireGuard, MACsec, kTLS, SCTP, TCP-AO and SRv6 do without; PPP's MPPE has its own ARC4",
  },
  {
    what: "Other random number generators",
    takes: names("CRYPTO_(ANSI_CPRNG|DRBG_HASH|DRBG_CTR)"),
    why: "one is enough for IVs, and each tests itself at boot",
  },
  {
    what: "Vector code for rare ciphers",
    takes: files("arch/lib/crypto/"),
    why: "text for tunnels that few still configure; those of these ciphers that are in run their portable code",
  },
];
