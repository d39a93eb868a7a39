// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "result.h"
#include "router.h"
#include "timing.h"

#define RAM_SIZE	(256ull << 20)
#define RAM_ROUTES	(1024ull << 20)	/* with a large table */
#define CHECK_EVERY	1021u
#define TURNS		4		/* between two looks at the clock */
#define SLICE		0.00025

static unsigned int in_rx(void *port, unsigned int queue, struct nuse_frame *frames,
			  unsigned int n)
{
	struct router *router = port;
	const struct traffic *traffic = router->traffic;
	unsigned int next = router->next;

	if (!router->flowing)
		return 0;
	if (n > router->burst)
		n = router->burst;
	n = router->lib->lib_buf_alloc(router->in, queue, frames, n);
	for (unsigned int i = 0; i < n; i++) {
		if (traffic->family == AF_INET)
			traffic_write4(traffic, next, frames[i].data);
		else
			traffic_write6(traffic, next, frames[i].data);
		frames[i].len = traffic->size;
		next = next + 1 == traffic->nr_flows ? 0 : next + 1;
	}
	router->next = next;
	router->sent += n;
	return n;
}

static unsigned int no_rx(void *port, unsigned int queue, struct nuse_frame *frames,
			  unsigned int n)
{
	(void)port, (void)queue, (void)frames, (void)n;
	return 0;
}

static unsigned int no_tx(void *port, unsigned int queue, const struct nuse_frame *frames,
			  unsigned int n)
{
	(void)port, (void)queue, (void)frames;
	return n;
}

/* Neighbour discovery and the like also pass: the length tells them apart. */
static unsigned int out_tx(void *port, unsigned int queue, const struct nuse_frame *frames,
			   unsigned int n)
{
	struct router *router = port;

	(void)queue;
	for (unsigned int i = 0; i < n; i++) {
		const char *wrong;

		if (frames[i].len != router->traffic->size)
			continue;
		if (router->received++ % CHECK_EVERY)
			continue;
		wrong = frame_check(&router->expect, frames[i].data, frames[i].len);
		if (wrong && !router->bad++)
			router->complaint = wrong;
	}
	return n;
}

static const struct nuse_port_ops in_ops = { .rx_burst = in_rx, .tx_burst = no_tx };
static const struct nuse_port_ops out_ops = { .rx_burst = no_rx, .tx_burst = out_tx };

static int add_port(struct router *router, const char *name, const struct nuse_port_ops *ops,
		    const uint8_t mac[6], bool gro, struct lib_port **out)
{
	struct nuse_port_config config = {
		.size = sizeof(config),
		.flags = NUSE_PORT_TX_COPIES | (gro ? 0 : NUSE_PORT_RX_LIST),
		.nr_queues = 1,
		.mtu = 1500,
		.mtu_max = 1500,
		.driver = "bench",
		.ops = ops,
		.port = router,
	};
	long index;

	memcpy(config.mac, mac, 6);
	snprintf(config.name, sizeof(config.name), "%s", name);
	index = nuse_instance_port_add(router->stack.inst, &config, out);
	if (index < 0)
		return (int)index;
	return (int)nuse_instance_port_link(router->stack.inst, *out, 1, 10000);
}

int router_start(struct router *router, const struct scenario *scenario, const char *library)
{
	struct nuse_instance_config config = {
		.library = library,
		.ram_size = scenario->routes > 10000 ? RAM_ROUTES : RAM_SIZE,
		.hugepages = NUSE_HUGEPAGES_MAKE,	/* as the engine */
	};
	char error[512] = "";
	int err;

	*router = (struct router){
		.traffic = scenario_traffic(scenario),
		.expect = scenario_expectation(scenario),
		.burst = scenario->burst ? scenario->burst : NUSE_BURST_MAX,
	};
	if (!router->traffic)
		return -ENOMEM;
	err = nuse_instance_create(&config, &router->stack.inst, error, sizeof(error));
	if (!err)
		err = nuse_instance_boot(router->stack.inst, error, sizeof(error));
	if (err) {
		fprintf(stderr, "%s: %s\n", scenario->name, error);
		goto stop;
	}
	router->lib = nuse_instance_library(router->stack.inst);
	err = add_port(router, "in", &in_ops, mac_in, scenario->gro, &router->in);
	if (!err)
		err = add_port(router, "out", &out_ops, mac_out, scenario->gro, &router->out);
	if (!err)
		err = scenario_apply(scenario, &router->stack, &router->route_ns);
	if (!err)
		return 0;
	fprintf(stderr, "%s: cannot be set up: %s\n", scenario->name, strerror(-err));
stop:
	router_stop(router);
	return err;
}

void router_stop(struct router *router)
{
	router->flowing = false;
	nuse_instance_destroy(router->stack.inst);
	router->stack.inst = NULL;
}

/* Frames a tick of one slice. */
static double slice(struct router *router, uint64_t length)
{
	uint64_t start = ticks(), frames = router->received, now;

	do {
		for (unsigned int i = 0; i < TURNS; i++)
			nuse_instance_turn(router->stack.inst, 0);
		now = ticks();
	} while (now - start < length);
	return (double)(router->received - frames) / (double)(now - start);
}

int router_flow(struct router *router, double seconds, struct flow_result *result)
{
	unsigned int nr = (unsigned int)(seconds / SLICE) + 1;
	double *rates = calloc(nr, sizeof(*rates));
	uint64_t length = (uint64_t)(SLICE * ticks_per_second()), start, frames;

	if (!rates)
		return -ENOMEM;
	router->flowing = true;
	start = ticks();
	frames = router->received;
	for (unsigned int i = 0; i < nr; i++)
		rates[i] = slice(router, length);
	result->mean = (double)(router->received - frames) / (double)(ticks() - start) *
		       ticks_per_second();
	result->rate = median(rates, nr) * ticks_per_second();
	result->ticks = ticks_per_second() / result->rate;
	free(rates);
	router->flowing = false;
	/* What is still inside comes out. */
	for (unsigned int i = 0; i < TURNS; i++)
		nuse_instance_turn(router->stack.inst, 0);
	if (router->bad) {
		fprintf(stderr, "%llu bad frames of %llu: %s\n", (unsigned long long)router->bad,
			(unsigned long long)(router->received / CHECK_EVERY + 1),
			router->complaint);
		return -EBADMSG;
	}
	if (router->received != router->sent) {
		fprintf(stderr, "%llu frames went in, %llu came out\n",
			(unsigned long long)router->sent, (unsigned long long)router->received);
		return -EIO;
	}
	return 0;
}
