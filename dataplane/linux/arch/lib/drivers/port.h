/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LIB_PORT_H
#define _LIB_PORT_H

/*
 * A port: a network device whose wire is the host's burst functions
 * (nuse/liblinux.h says who owns which memory when).
 */
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "../kernel/lib.h"

/*
 * A receive buffer is one page:
 *
 *   | private | colour | headroom | room for the frame | skb_shared_info | left |
 *
 * Buffers of one burst would fall on the same sets of the first-level cache if
 * frames began at the same offset of every page: 16 colours spread them.
 */
#define LIB_BUF_COLOURS		16
#define LIB_BUF_HEADROOM	128
#define LIB_BUF_ROOM		2432
#define LIB_BUF_HEAD_SIZE	(LIB_BUF_HEADROOM + LIB_BUF_ROOM + \
				 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))

/* Frames wait here for one tx_burst a turn; a full one is sent at once. */
#define LIB_TX_ENTRIES		(2 * NUSE_BURST_MAX)

struct lib_queue {
	struct lib_port *port;
	unsigned int index;
	struct page_pool *pool;
	struct napi_struct napi;
	struct list_head unsent;		/* in port_tx.c's list, or empty */
	unsigned int rx_count;
	unsigned int tx_count;
	u64 rx_packets, rx_bytes, rx_length_errors, rx_frame_errors;
	u64 tx_packets, tx_bytes, tx_busy;
	struct nuse_frame rx[NUSE_BURST_MAX];
	struct nuse_frame tx[LIB_TX_ENTRIES];
};

struct lib_port {
	struct net_device *dev;
	struct list_head list;			/* of ports that are up */
	struct nuse_port_ops ops;
	void *port;				/* the host's */
	u32 flags, features;
	unsigned int speed;			/* Mbit/s, 0 = unknown */
	unsigned int nr_queues;
	char driver[16];
	u64 lent;				/* frames handed to tx_burst, not back yet */
	struct lib_queue queues[] __counted_by(nr_queues);
};

static inline void *lib_buf_head(void *page)
{
	return page + NUSE_BUF_PRIVATE +
	       (virt_to_pfn(page) % LIB_BUF_COLOURS) * L1_CACHE_BYTES;
}

/* port_rx.c */
extern struct list_head lib_ports_up;
int lib_rx_open(struct lib_port *port);
void lib_rx_close(struct lib_port *port);
int lib_rx_poll(struct napi_struct *napi, int budget);

/* port_tx.c */
netdev_tx_t lib_tx_xmit(struct sk_buff *skb, struct net_device *dev);
void lib_tx_open(struct lib_port *port);
void lib_tx_close(struct lib_port *port);

/* port_ethtool.c */
extern const struct ethtool_ops lib_port_ethtool_ops;

#endif
