// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"
#include "namespace.h"
#include "result.h"
#include "timing.h"

#define BATCH		64u
#define SLICE_CALLS	4u		/* of sendmmsg() */
#define ETH_NOBODY	0x88b5		/* for local experiments: no handler takes it */

/* One sendmmsg(), whose frames are written anew each time. */
struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	uint8_t frames[BATCH][64] __attribute__((aligned(64)));
	unsigned int next;
};

static struct batch batch;

static void batch_init(const struct traffic *traffic)
{
	memset(&batch, 0, sizeof(batch));
	for (unsigned int i = 0; i < BATCH; i++) {
		batch.vectors[i] = (struct iovec){ batch.frames[i], traffic->size };
		batch.messages[i].msg_hdr.msg_iov = &batch.vectors[i];
		batch.messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static int send_batch(const struct host *host, bool to_nobody)
{
	const struct traffic *traffic = host->traffic;
	int done = 0;

	for (unsigned int i = 0; i < BATCH; i++) {
		if (traffic->family == AF_INET)
			traffic_write4(traffic, batch.next, batch.frames[i]);
		else
			traffic_write6(traffic, batch.next, batch.frames[i]);
		if (to_nobody) {
			batch.frames[i][12] = ETH_NOBODY >> 8;
			batch.frames[i][13] = ETH_NOBODY & 0xff;
		}
		batch.next = batch.next + 1 == traffic->nr_flows ? 0 : batch.next + 1;
	}
	while (done < (int)BATCH) {
		int n = sendmmsg(host->socket, batch.messages + done,
				 BATCH - (unsigned int)done, 0);

		if (n < 0 && errno != EAGAIN && errno != ENOBUFS)
			return -errno;
		done += n > 0 ? n : 0;
	}
	return 0;
}

/* Two veth pairs: generator - (in) router (out) - sink. */
static int make_interfaces(struct host *host)
{
	struct netlink nl;
	int err;

	err = netlink_open(&nl, &host->stack);
	if (!err)
		err = link_add_veth(&nl, "in", "gen", host->generator);
	if (!err)
		err = link_add_veth(&nl, "out", "sink", host->sink);
	if (!err)
		err = link_set_mac(&nl, link_index(&host->stack, "in"), mac_in);
	if (!err)
		err = link_set_mac(&nl, link_index(&host->stack, "out"), mac_out);
	netlink_close(&nl);
	return err;
}

/*
 * The far end of a pair goes up. It has no address, not even the Ethernet one
 * that frames are sent to, so that the sink drops them as early as can be.
 */
static int start_end(const struct host *host, int namespace, const char *name)
{
	struct netlink nl;
	int err = namespace_enter(namespace);

	if (err)
		return err;
	err = stack_sysctl(&host->stack, "net/ipv6/conf/all/disable_ipv6", "1");
	if (!err)
		err = netlink_open(&nl, &host->stack);
	if (err)
		return err;
	err = link_set_up(&nl, link_index(&host->stack, name));
	netlink_close(&nl);
	return err;
}

static int open_sender(struct host *host)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_ifindex = link_index(&host->stack, "gen"),
	};
	int on = 1;

	host->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (host->socket < 0 ||
	    setsockopt(host->socket, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0 ||
	    bind(host->socket, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	batch_init(host->traffic);
	return 0;
}

static int check(const struct host *host)
{
	int err = namespace_enter(host->sink), tap;

	if (err)
		return err;
	tap = host_tap_open("sink");
	if (tap < 0)
		return tap;
	err = send_batch(host, false);
	if (!err)
		err = host_tap_check(host, tap);
	close(tap);
	return err;
}

int host_send_start(struct host *host, const struct scenario *scenario)
{
	const char *step = "memory";
	int err = -ENOMEM;

	host_init(host, scenario);
	if (!host->traffic)
		goto fail;
	step = "network namespaces";
	host->generator = namespace_create();
	host->sink = namespace_create();
	host->router = namespace_create();
	err = host->router < 0 ? host->router : namespace_enter(host->router);
	if (err)
		goto fail;
	step = "veth interfaces";
	err = make_interfaces(host);
	if (!err)
		err = start_end(host, host->sink, "sink");
	if (!err)
		err = start_end(host, host->generator, "gen");
	if (err)
		goto fail;
	step = "a packet socket";
	err = open_sender(host);
	if (!err)
		err = namespace_enter(host->router);
	if (!err)
		err = scenario_apply(scenario, &host->stack, &host->route_ns);
	if (err)
		goto fail;
	step = "a check of what is forwarded";
	err = check(host);
	if (!err)
		err = namespace_enter(host->router);
	if (!err)
		return 0;
fail:
	fprintf(stderr, "%s: host: %s: %s\n", scenario->name, step, strerror(-err));
	host_stop(host);
	return err;
}

/* Nanoseconds a frame in one slice, or a negative errno number. */
static double slice(const struct host *host, bool to_nobody)
{
	uint64_t start = ticks();

	for (unsigned int i = 0; i < SLICE_CALLS; i++) {
		int err = send_batch(host, to_nobody);

		if (err)
			return err;
	}
	return ticks_to_ns((double)(ticks() - start)) / (BATCH * SLICE_CALLS);
}

int host_send_flow(struct host *host, double seconds, struct host_rate *rate)
{
	unsigned int nr = 0, most = (unsigned int)(seconds * 20e6 / (BATCH * SLICE_CALLS)) + 1;
	uint64_t end = thread_ns() + (uint64_t)(seconds * 1e9), sent = host_sent_frames("out");
	double *all = calloc(most, sizeof(*all)), *alone = calloc(most, sizeof(*alone));
	int err = all && alone ? 0 : -ENOMEM;

	/* In turn, so that both see the same disturbances. */
	while (!err && nr < most && thread_ns() < end) {
		all[nr] = slice(host, false);
		alone[nr] = slice(host, true);
		err = all[nr] < 0 ? (int)all[nr] : alone[nr] < 0 ? (int)alone[nr] : 0;
		nr++;
	}
	if (!err) {
		double ns = median(all, nr);

		rate->rate = 1e9 / ns;
		rate->net = 1e9 / (ns - median(alone, nr));
		sent = host_sent_frames("out") - sent;
		if (sent < (uint64_t)nr * BATCH * SLICE_CALLS) {
			fprintf(stderr, "%s: host: %llu of %u frames forwarded\n",
				host->scenario->name, (unsigned long long)sent,
				nr * BATCH * SLICE_CALLS);
			err = -EIO;
		}
	}
	free(all);
	free(alone);
	return err;
}
