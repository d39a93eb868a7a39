// SPDX-License-Identifier: GPL-2.0-only
// The families of which tables are made: the kernel's, and those that only our overlays describe.

export const families = [
  "rt_link", "rt_addr", "rt_route", "tc", "nlctrl", "ethtool", "netdev", "mptcp_pm",
  "rt_neigh", "rt_rule", "rt_nexthop", "rt_bridge", "wireguard", "xfrm", "ctnetlink",
];
