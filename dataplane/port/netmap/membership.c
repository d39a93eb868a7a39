// SPDX-License-Identifier: GPL-2.0-only
/* Which frames a NIC is to receive: asked for by a packet socket that gets none. */
#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "netmap.h"

int nuse_netmap_membership(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int nuse_netmap_set_promisc(int membership, int ifindex, bool on)
{
	const struct packet_mreq all = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_ALLMULTI };
	const struct packet_mreq any = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };

	/* Memberships are counted: start from none. */
	setsockopt(membership, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &all, sizeof(all));
	setsockopt(membership, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &any, sizeof(any));
	if (setsockopt(membership, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0 ||
	    (on && setsockopt(membership, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &any,
			      sizeof(any)) < 0))
		return -errno;
	return 0;
}
