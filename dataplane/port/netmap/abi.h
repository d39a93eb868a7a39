/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_NETMAP_ABI_H
#define NUSE_NETMAP_ABI_H

/*
 * netmap's interface to programs, version 14, as far as it is used here. No
 * package ships a header of it; names are netmap's own. Everything but the
 * requests lies in memory shared with the kernel and with other programs.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define NETMAP_DEVICE		"/dev/netmap"
#define NETMAP_API		14

#define NIOCTXSYNC		0x6994ul
#define NIOCRXSYNC		0x6995ul
#define NIOCCTRL		0xC0586997ul

/* nr_reqtype */
#define NETMAP_REQ_REGISTER		1
#define NETMAP_REQ_PORT_INFO_GET	2
#define NETMAP_REQ_PORT_HDR_SET		6
#define NETMAP_REQ_PORT_HDR_GET		7

#define NETMAP_REQ_IFNAMSIZ	64

struct nmreq_header {
	uint16_t nr_version;
	uint16_t nr_reqtype;
	uint32_t nr_reserved;		/* 0 */
	char nr_name[NETMAP_REQ_IFNAMSIZ];
	uint64_t nr_options;
	uint64_t nr_body;		/* address of one of those below */
};

/* nr_mode */
#define NR_REG_ONE_NIC		4

/* nr_flags */
#define NR_EXCLUSIVE		0x800
#define NR_ACCEPT_VNET_HDR	0x8000
#define NR_NO_TX_POLL		0x20000

struct nmreq_register {
	uint64_t nr_offset;		/* of struct netmap_if in the mapping */
	uint64_t nr_memsize;		/* of the mapping */
	uint32_t nr_tx_slots, nr_rx_slots;
	uint16_t nr_tx_rings, nr_rx_rings;
	uint16_t nr_host_tx_rings, nr_host_rx_rings;
	uint16_t nr_mem_id;
	uint16_t nr_ringid;
	uint32_t nr_mode;
	uint32_t nr_extra_bufs;
	uint64_t nr_flags;
};

struct nmreq_port_info_get {
	uint64_t nr_memsize;
	uint32_t nr_tx_slots, nr_rx_slots;
	uint16_t nr_tx_rings, nr_rx_rings;
	uint16_t nr_host_tx_rings, nr_host_rx_rings;
	uint16_t nr_mem_id;
	uint16_t pad[3];
};

struct nmreq_port_hdr {
	uint32_t nr_hdr_len;
	uint32_t pad;
};

struct netmap_if {
	char ni_name[16];
	uint32_t ni_version, ni_flags;
	uint32_t ni_tx_rings, ni_rx_rings;
	uint32_t ni_bufs_head;
	uint32_t ni_host_tx_rings, ni_host_rx_rings;
	uint32_t ni_spare[3];
	int64_t ring_ofs[];		/* from here; NIC TX, host TX, NIC RX, host RX */
};

/* Slot flags. Their high byte counts the slots of a received chain on VALE. */
#define NS_BUF_CHANGED		0x0001
#define NS_REPORT		0x0002
#define NS_MOREFRAG		0x0020

struct netmap_slot {
	uint32_t buf_idx;
	uint16_t len;
	uint16_t flags;
	uint64_t ptr;
};

#define NETMAP_TX		0
#define NETMAP_RX		1

struct netmap_ring {
	int64_t buf_ofs;		/* of buffer 0, from here */
	uint32_t num_slots;
	uint32_t nr_buf_size;
	uint16_t ringid;
	uint16_t dir;
	uint32_t head, cur;		/* ours */
	uint32_t tail;
	uint32_t flags;
	struct timeval ts;
	uint64_t offset_mask, buf_align;
	uint8_t reserved[184];
	struct netmap_slot slot[];
};

/* Buffers 0 and 1 are nobody's. */
#define NETMAP_BUF_FIRST	2

#define NETMAP_AT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
#define NETMAP_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)

NETMAP_SIZE(nmreq_header, 88);
NETMAP_AT(nmreq_header, nr_version, 0);
NETMAP_AT(nmreq_header, nr_reqtype, 2);
NETMAP_AT(nmreq_header, nr_reserved, 4);
NETMAP_AT(nmreq_header, nr_name, 8);
NETMAP_AT(nmreq_header, nr_options, 72);
NETMAP_AT(nmreq_header, nr_body, 80);

NETMAP_SIZE(nmreq_register, 56);
NETMAP_AT(nmreq_register, nr_offset, 0);
NETMAP_AT(nmreq_register, nr_memsize, 8);
NETMAP_AT(nmreq_register, nr_tx_slots, 16);
NETMAP_AT(nmreq_register, nr_rx_slots, 20);
NETMAP_AT(nmreq_register, nr_tx_rings, 24);
NETMAP_AT(nmreq_register, nr_rx_rings, 26);
NETMAP_AT(nmreq_register, nr_host_tx_rings, 28);
NETMAP_AT(nmreq_register, nr_host_rx_rings, 30);
NETMAP_AT(nmreq_register, nr_mem_id, 32);
NETMAP_AT(nmreq_register, nr_ringid, 34);
NETMAP_AT(nmreq_register, nr_mode, 36);
NETMAP_AT(nmreq_register, nr_extra_bufs, 40);
NETMAP_AT(nmreq_register, nr_flags, 48);

NETMAP_SIZE(nmreq_port_info_get, 32);
NETMAP_AT(nmreq_port_info_get, nr_mem_id, 24);
NETMAP_SIZE(nmreq_port_hdr, 8);

NETMAP_SIZE(netmap_if, 56);
NETMAP_AT(netmap_if, ni_tx_rings, 24);
NETMAP_AT(netmap_if, ni_rx_rings, 28);
NETMAP_AT(netmap_if, ni_bufs_head, 32);
NETMAP_AT(netmap_if, ni_host_tx_rings, 36);
NETMAP_AT(netmap_if, ni_host_rx_rings, 40);
NETMAP_AT(netmap_if, ring_ofs, 56);

NETMAP_SIZE(netmap_slot, 16);
NETMAP_AT(netmap_slot, buf_idx, 0);
NETMAP_AT(netmap_slot, len, 4);
NETMAP_AT(netmap_slot, flags, 6);
NETMAP_AT(netmap_slot, ptr, 8);

NETMAP_SIZE(netmap_ring, 256);
NETMAP_AT(netmap_ring, buf_ofs, 0);
NETMAP_AT(netmap_ring, num_slots, 8);
NETMAP_AT(netmap_ring, nr_buf_size, 12);
NETMAP_AT(netmap_ring, ringid, 16);
NETMAP_AT(netmap_ring, dir, 18);
NETMAP_AT(netmap_ring, head, 20);
NETMAP_AT(netmap_ring, cur, 24);
NETMAP_AT(netmap_ring, tail, 28);
NETMAP_AT(netmap_ring, flags, 32);
NETMAP_AT(netmap_ring, ts, 40);
NETMAP_AT(netmap_ring, offset_mask, 56);
NETMAP_AT(netmap_ring, buf_align, 64);
NETMAP_AT(netmap_ring, slot, 256);

#undef NETMAP_AT
#undef NETMAP_SIZE

#endif
