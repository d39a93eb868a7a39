/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TAP_H
#define NUSE_TAP_H

/*
 * The tap backend: a virtual Ethernet cable to the host. Its one end is the
 * host's tap device, the other the interface in the library kernel.
 *
 * The host moves one frame a read() and a write(), there is no call for more
 * (io_uring was measured to cost as much as it saves), so the cost a call is
 * what counts. Nobody knows how long the next frame is, and a read must offer
 * room for the longest, 64 KiB: as pieces of 17 buffers that costs the host more
 * than copying a short frame does. So short frames are read into one large
 * area and copied; when large ones come (TSO), reads go straight into buffers
 * for a while. A queue that stays empty is watched from memory (doorman.h).
 *
 * An interface that is down has its queues detached from the device, so that
 * the host sends nothing there and what it had queued is gone. When the last
 * of the ports on a device goes down the host sees no carrier.
 */
#include <linux/virtio_net.h>
#include <net/if.h>
#include <pthread.h>
#include <sys/types.h>

#include <nuse/port.h>

#include "doorman.h"
#include "error.h"
#include "spare.h"

#define TAP_FRAME_MAX	(65535u + 14 + 4)	/* Ethernet and a VLAN tag around IP */

struct tap_port;

struct tap_queue {
	struct tap_port *port;
	int fd;				/* -1 = not open */
	bool attached;			/* frames may come */
	bool tx_blocked;		/* wake up when the device takes more */
	unsigned int empty;		/* reads in a row that found nothing */
	unsigned int bulk;		/* reads left that go straight into buffers */
	uint32_t pending;		/* bytes in `area` of a frame that had no room */
	struct nuse_spare spare;
	uint8_t *area;			/* offload header and the longest frame */
};

/* What the ports on one device have in common. */
struct tap_device {
	pthread_mutex_t lock;
	unsigned int ports;		/* that refer to it */
	unsigned int up;		/* of them with their interface up */
	bool created;			/* by us: make it again if it is deleted */
	bool multi_queue;
	bool persist, bring_up;		/* as asked for */
	char name[IFNAMSIZ];		/* as the operator called it */
	int netns;			/* where it was opened; -1 = unknown */
};

struct tap_port {
	struct nuse_port port;
	struct tap_device *device;
	char now[IFNAMSIZ];		/* the device's present name */
	int control;			/* netlink where the device is: news, and ioctls */
	ino_t control_netns;		/* which namespace that is, 0 = unknown */
	unsigned int mtu;		/* that the host's side is to have, 0 = any */
	bool up;			/* the interface is */
	bool present, running;		/* the device is there; is up on the host */
	struct nuse_doorman doorman;
	unsigned int nr_queues;
	struct tap_queue queues[];
};

/* tap_open.c */
int nuse_tap_open(const char *where, const struct nuse_port_options *options,
		  struct nuse_port **out, char *text, size_t size);
void nuse_tap_close(struct nuse_port *port);

extern const struct nuse_port_ops nuse_tap_ops;

/* tap_device.c: the host's side. 0 or -errno. */
int nuse_tap_open_queues(struct tap_port *tap);		/* all, detached if down */
void nuse_tap_close_queues(struct tap_port *tap);
int nuse_tap_set_attached(struct tap_port *tap, bool on);
void nuse_tap_set_carrier(struct tap_port *tap, bool on);
int nuse_tap_watch(struct tap_port *tap, int netns);	/* open tap->control */
bool nuse_tap_changed(struct tap_port *tap);		/* anything since last asked? */
int nuse_tap_refresh(struct tap_port *tap);		/* present, running, now */
bool nuse_tap_exists(struct tap_port *tap);		/* a device of that name */
int nuse_tap_bring_up(struct tap_port *tap);
int nuse_tap_get_mtu(struct tap_port *tap, unsigned int *mtu);
int nuse_tap_set_mtu(struct tap_port *tap, unsigned int mtu);

/* tap_rx.c, tap_tx.c: bursts, as in struct nuse_port_ops. */
unsigned int nuse_tap_rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
			       unsigned int n);
unsigned int nuse_tap_tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
			       unsigned int n);

/* Forget what a queue had in hand; buffers go back. Inside the kernel. */
void nuse_tap_empty(struct tap_port *tap);

#endif
