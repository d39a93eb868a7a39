// SPDX-License-Identifier: GPL-2.0-only
/* Instances for clients. */
#include <stdlib.h>
#include <string.h>

#include "kit_ring.h"

void kit_ring_start(struct kit_ring *ring, uint64_t ram_size)
{
	struct nuse_instance_config config = kit_config();

	config.ram_size = ram_size;
	ring->inst = kit_boot(&config);
	kit_assert_well(ring->inst);	/* and lo is up */
	ring->worker = kit_worker_start(ring->inst);
}

void kit_ring_stop(struct kit_ring *ring)
{
	assert_true(kit_worker_stop(ring->worker) >= 0);
	kit_assert_well(ring->inst);
	nuse_instance_destroy(ring->inst);
}

static long count_tasks(struct nuse_instance *inst)
{
	char text[128], *slash;

	/* "0.00 0.00 0.00 running/all last" */
	assert_true(kit_read(inst, "/proc/loadavg", text, sizeof(text)) > 0);
	slash = strchr(text, '/');
	assert_non_null(slash);
	return atol(slash + 1);
}

struct kit_ring_usage kit_ring_usage(struct kit_ring *ring)
{
	struct nuse_instance *inst = ring->inst;
	struct kit_ring_usage usage;

	assert_true(kit_worker_stop(ring->worker) >= 0);
	kit_turn_for(inst, 300 * MS);	/* RCU, delayed work */
	usage = (struct kit_ring_usage){
		.tasks = count_tasks(inst),
		.files = kit_number(inst, "/proc/sys/fs/file-nr", ""),
		.sockets = kit_number(inst, "/proc/net/sockstat", "used "),
		.free_kib = kit_number(inst, "/proc/meminfo", "MemFree:"),
	};
	ring->worker = kit_worker_start(inst);
	return usage;
}

void kit_ring_assert_usage(struct kit_ring *ring, const struct kit_ring_usage *before, long kib)
{
	struct kit_ring_usage now = kit_ring_usage(ring);

	/* Threads of work queues come and go. */
	if (now.tasks > before->tasks + 4)
		fail_msg("%ld tasks, were %ld", now.tasks, before->tasks);
	assert_int_equal(now.sockets, before->sockets);
	if (now.files > before->files + 2)
		fail_msg("%ld files, were %ld", now.files, before->files);
	if (now.free_kib + kib < before->free_kib)
		fail_msg("%ld KiB free, were %ld", now.free_kib, before->free_kib);
}

struct nuse_client *kit_ring_client(struct kit_ring *ring,
				    const struct nuse_credentials *credentials)
{
	struct nuse_client *client = NULL;

	assert_int_equal(nuse_client_open(ring->inst, credentials, &client), 0);
	return client;
}
