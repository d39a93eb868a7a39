// SPDX-License-Identifier: GPL-2.0-only
// The x86-64 system calls and constants that the control plane uses.

export const nr = {
  read: 0,
  write: 1,
  close: 3,
  getpid: 39,
  socket: 41,
  sendto: 44,
  recvfrom: 45,
  bind: 49,
  setsockopt: 54,
  getsockopt: 55,
  mkdir: 83,
  mount: 165,
  openat: 257,
  recvmmsg: 299,
} as const;

export const atCurrentDirectory = -100;
export const open = { readOnly: 0, writeOnly: 1, closeOnExec: 0o2000000 } as const;
export const socket = {
  netlink: 16,
  raw: 3,
  closeOnExec: 0o2000000,
  level: 1,
  receiveBufferForce: 33,
} as const;
export const message = { truncated: 0x20, peek: 0x2 } as const;
export const netlink = {
  route: 0,
  xfrm: 6,
  netfilter: 12,
  generic: 16,
  level: 270,
  addMembership: 1,
  capAck: 10,
  extendedAck: 11,
  strictCheck: 12,
} as const;
