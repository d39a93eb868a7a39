// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fanout: which queues share a device's frames, within a port and between the
 * ports of several workers. A port that is alone with one queue needs no group,
 * whose hash costs the sender something. When another port comes, the first
 * joins one at its next service, and only then the other opens its queues:
 * otherwise both would get every frame.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "raw.h"

/* Make or join the group of the device that is there now. Under the lock. */
static int join(struct raw_group *group, const struct raw_port *raw, int fd)
{
	bool first = group->ifindex != raw->device.ifindex || !group->queues;
	int value = PACKET_FANOUT_HASH << 16;
	socklen_t size = sizeof(value);

	value |= first ? PACKET_FANOUT_FLAG_UNIQUEID << 16 : group->id;
	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &value, sizeof(value)) < 0)
		return -errno;
	if (first) {
		if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &value, &size) < 0)
			return -errno;
		/* Whoever is in the old one will leave it: its device is gone. */
		group->id = value & 0xffff;
		group->ifindex = raw->device.ifindex;
		group->queues = 0;
	}
	group->queues++;
	return 0;
}

static void leave(struct raw_port *raw)
{
	struct raw_group *group = raw->group;

	if (raw->joined && group->ifindex == raw->joined)
		group->queues -= raw->nr_joined;
	group->solo -= raw->solo;
	raw->solo = false;
	raw->joined = 0;
	raw->nr_joined = 0;
}

static int join_all(struct raw_port *raw)
{
	int err = 0;

	raw->joined = raw->device.ifindex;
	for (unsigned int i = 0; i < raw->nr_queues && !err; i++) {
		err = join(raw->group, raw, raw->queues[i].fd);
		raw->nr_joined += !err;
	}
	if (err)
		leave(raw);
	return err;
}

bool nuse_raw_group_ready(struct raw_port *raw)
{
	struct raw_group *group = raw->group;
	bool ready;

	pthread_mutex_lock(&group->lock);
	ready = !group->solo;
	pthread_mutex_unlock(&group->lock);
	return ready;
}

int nuse_raw_group_enter(struct raw_port *raw)
{
	struct raw_group *group = raw->group;
	int err = 0;

	pthread_mutex_lock(&group->lock);
	if (raw->nr_queues > 1 || group->ports > 1) {
		err = join_all(raw);
	} else {
		raw->solo = true;
		group->solo++;
	}
	pthread_mutex_unlock(&group->lock);
	return err;
}

int nuse_raw_group_settle(struct raw_port *raw)
{
	struct raw_group *group = raw->group;
	int err = 0;

	pthread_mutex_lock(&group->lock);
	if (raw->solo && group->ports > 1) {
		group->solo--;
		raw->solo = false;
		err = join_all(raw);
	}
	pthread_mutex_unlock(&group->lock);
	return err;
}

void nuse_raw_group_leave(struct raw_port *raw)
{
	pthread_mutex_lock(&raw->group->lock);
	leave(raw);
	pthread_mutex_unlock(&raw->group->lock);
}

struct raw_group *nuse_raw_group_get(const struct nuse_port *sibling)
{
	struct raw_group *group;

	if (sibling) {
		group = ((const struct raw_port *)sibling)->group;
		pthread_mutex_lock(&group->lock);
		group->ports++;
		pthread_mutex_unlock(&group->lock);
		return group;
	}
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	pthread_mutex_init(&group->lock, NULL);
	group->ports = 1;
	return group;
}

void nuse_raw_group_put(struct raw_group *group)
{
	unsigned int left;

	pthread_mutex_lock(&group->lock);
	left = --group->ports;
	pthread_mutex_unlock(&group->lock);
	if (left)
		return;
	pthread_mutex_destroy(&group->lock);
	free(group);
}
