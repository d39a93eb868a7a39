// SPDX-License-Identifier: GPL-2.0-only
/* The dpdk backend: opening, attaching, configuring, and following its device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_lcore.h>

#include "dpdk.h"

#define UP_MS		20u		/* how long coming up waits for the device */
#define RETRY_NS	500000000ull	/* between attempts to start it again */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ------------------------------------------- operations, inside the kernel */

static int come_up(struct dpdk_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++)
		if (!nuse_dpdk_rx_pool_stock(port->queues[i].rx))
			return -ENOBUFS;
	atomic_store(&port->result, 0);
	atomic_store(&port->up, true);
	port->requested_at = now_ns();
	nuse_dpdk_request(port);
	/* Devices that are quick tell here what is wrong; service() waits for others. */
	nuse_dpdk_wait(port, UP_MS);
	return atomic_load(&port->result);
}

static void go_down(struct dpdk_port *port)
{
	for (unsigned int i = 0; i < port->nr_queues; i++)
		nuse_dpdk_rx_forget(&port->queues[i]);
	atomic_store(&port->up, false);
	nuse_dpdk_request(port);
	nuse_dpdk_wait(port, 0);
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		nuse_dpdk_rx_pool_drain(port->queues[i].rx);
		nuse_dpdk_tx_pool_reap(port->queues[i].tx);
	}
}

static int dpdk_set_up(void *arg, int up)
{
	struct dpdk_port *port = arg;
	int err = up ? come_up(port) : 0;

	if (!up || err)
		go_down(port);
	return err;
}

static int dpdk_set_mtu(void *arg, unsigned int mtu)
{
	struct dpdk_port *port = arg;

	if (port->device->driver->any_mtu)
		return 0;
	atomic_store(&port->mtu, mtu);
	nuse_dpdk_request(port);
	return 0;
}

static void set_mac(struct dpdk_port *port, const uint8_t mac[6])
{
	uint64_t value = 0;

	memcpy(&value, mac, 6);
	atomic_store(&port->mac, value);
}

static int dpdk_set_mac(void *arg, const uint8_t mac[6])
{
	set_mac(arg, mac);
	nuse_dpdk_request(arg);
	return 0;
}

static int dpdk_set_promisc(void *arg, int on)
{
	struct dpdk_port *port = arg;

	if (atomic_exchange(&port->promisc, on) != !!on)
		nuse_dpdk_request(port);
	return 0;
}

static const struct nuse_port_ops dpdk_ops = {
	.rx_burst = nuse_dpdk_rx_burst,
	.tx_burst = nuse_dpdk_tx_burst,
	.set_up = dpdk_set_up,
	.set_mtu = dpdk_set_mtu,
	.set_mac = dpdk_set_mac,
	.set_promisc = dpdk_set_promisc,
	.counters = nuse_dpdk_counters,
};

/* ------------------------------------------------------ the worker, outside */

static bool dpdk_link(struct nuse_port *arg, unsigned int *speed)
{
	struct dpdk_port *port = dpdk_port(arg);
	struct rte_eth_link link = { 0 };

	if (!nuse_dpdk_enter(port))
		return false;
	rte_eth_link_get_nowait(port->device->id, &link);
	nuse_dpdk_leave(port);
	*speed = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
	return link.link_status;
}

/* What the device lost, which only the first of its ports counts. */
static void count_losses(struct dpdk_port *port)
{
	struct rte_eth_stats stats;

	if (port->queues[0].id || !nuse_dpdk_enter(port))
		return;
	if (!rte_eth_stats_get(port->device->id, &stats)) {
		/* They start anew with the device. */
		if (stats.imissed > port->missed)
			nuse_count(&port->port.stats.rx_dropped, stats.imissed - port->missed);
		port->missed = stats.imissed;
	}
	nuse_dpdk_leave(port);
}

static bool needs_start(const struct dpdk_port *port)
{
	const struct dpdk_device *device = port->device;

	return atomic_load(&port->up) &&
	       (!atomic_load(&port->gate) || atomic_load(&device->gone) ||
		(!port->port.link_up && nuse_dpdk_reconnects(device)));
}

static void dpdk_service(struct nuse_port *arg)
{
	struct dpdk_port *port = dpdk_port(arg);
	uint64_t now;

	count_losses(port);
	if (atomic_load(&port->gate))
		port->nr_xstats = port->device->nr_xstats;
	if (!needs_start(port))
		return;
	now = now_ns();
	if (now - port->requested_at < RETRY_NS)
		return;
	port->requested_at = now;
	if (atomic_load(&port->result))
		port->start_failures++;
	atomic_store(&port->device->restart, true);
	nuse_dpdk_request(port);
}

/* ----------------------------------------------------- attaching, detaching */

/* DPDK's number of the thread is given back when the thread ends. */
static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void on_thread_end(void *arg)
{
	(void)arg;
	rte_thread_unregister();
}

static void make_thread_key(void)
{
	pthread_key_create(&thread_key, on_thread_end);
}

static void register_thread(void)
{
	pthread_once(&thread_once, make_thread_key);
	/* Without a number, when they run out, pools are slower and nothing else. */
	if (rte_lcore_id() == LCORE_ID_ANY && !rte_thread_register())
		pthread_setspecific(thread_key, &thread_key);
}

struct attachment {
	struct dpdk_port *port;
	pthread_t worker;
	struct nuse_error error;
};

static int detach(void *arg)
{
	struct dpdk_port *port = arg;

	atomic_store(&port->up, false);
	atomic_store(&port->busy, false);
	nuse_dpdk_sync(port->device);
	for (unsigned int i = 0; i < port->nr_queues; i++) {
		struct dpdk_queue *queue = &port->queues[i];

		nuse_dpdk_rx_pool_free(queue->rx);
		nuse_dpdk_tx_pool_free(queue->tx);
		rte_mempool_free(queue->rx_bounce);
		rte_mempool_free(queue->tx_bounce);
		queue->rx = NULL;
		queue->tx = NULL;
		queue->rx_bounce = queue->tx_bounce = NULL;
	}
	if (port->registered)
		nuse_dpdk_memory_del(&port->port.ram);
	port->registered = false;
	return 0;
}

static int attach(void *arg)
{
	const struct attachment *attachment = arg;
	struct dpdk_port *port = attachment->port;
	const char *name = port->device->name;
	bool dma = port->device->driver->dma;
	int err = dma ? nuse_dpdk_memory_add(&port->port.ram) : 0;

	if (err)
		return nuse_error_errno(&attachment->error, -err,
					"dpdk:%s: the worker's RAM cannot be made DPDK's", name);
	port->registered = dma;
	for (unsigned int i = 0; i < port->nr_queues && !err; i++) {
		struct dpdk_queue *queue = &port->queues[i];

		queue->rx = nuse_dpdk_rx_pool_new(queue, attachment->worker);
		queue->tx = nuse_dpdk_tx_pool_new(queue, attachment->worker);
		err = queue->rx && queue->tx ? nuse_dpdk_bounce_new(queue) : -ENOMEM;
	}
	if (!err)
		return 0;
	detach(port);
	return nuse_error_errno(&attachment->error, -err, "dpdk:%s: no pools of buffers", name);
}

static int dpdk_attach(struct nuse_port *arg, char *text, size_t size)
{
	struct attachment attachment = { dpdk_port(arg), pthread_self(), { text, size } };

	register_thread();
	return nuse_dpdk_control(attach, &attachment, &attachment.error);
}

static void dpdk_detach(struct nuse_port *arg)
{
	static const struct nuse_error silent;

	nuse_dpdk_control(detach, dpdk_port(arg), &silent);
}

/* ------------------------------------------------------- opening, closing */

struct opening {
	const char *where;
	const struct nuse_port_options *options;
	struct dpdk_port *port;
	const struct nuse_error *error;
};

/* The device alone, or together with the sibling. */
static int join_device(struct opening *opening)
{
	struct dpdk_port *port = opening->port;
	const struct nuse_port *sibling = opening->options->sibling;
	unsigned int queues = port->nr_queues;
	int err = 0;

	if (sibling) {
		port->device = ((const struct dpdk_port *)sibling)->device;
		if (strcmp(port->device->where, opening->where))
			return nuse_error(opening->error, EINVAL,
					  "dpdk:%s: the other worker's port is on dpdk:%s",
					  opening->where, port->device->where);
		port->device->refs++;
	} else {
		err = nuse_dpdk_device_get(opening->where, &port->device, opening->error);
	}
	if (err)
		return err;
	for (struct dpdk_port *other = port->device->ports; other; other = other->next)
		queues += other->nr_queues;
	if (queues <= port->device->info.max_rx_queues &&
	    queues <= port->device->info.max_tx_queues)
		return 0;
	err = nuse_error(opening->error, EINVAL, "dpdk:%s: %u queues, but it has %u to receive "
			 "and %u to send", opening->where, queues,
			 port->device->info.max_rx_queues, port->device->info.max_tx_queues);
	nuse_dpdk_device_put(port->device);
	return err;
}

static int open_on_control(void *arg)
{
	struct opening *opening = arg;
	struct dpdk_port *port = opening->port;
	struct nuse_port_config *config = &port->port.config;
	const struct nuse_port_options *options = opening->options;
	struct rte_ether_addr mac;
	int err = join_device(opening);

	if (err)
		return err;
	config->mtu_max = (uint16_t)nuse_dpdk_mtu_max(port->device);
	config->mtu = options->mtu ? options->mtu : 1500;
	if (config->mtu > config->mtu_max && options->mtu) {
		err = nuse_error(opening->error, EINVAL, "dpdk:%s: an MTU of %u, but at most %u "
				 "is possible", opening->where, options->mtu, config->mtu_max);
		nuse_dpdk_device_put(port->device);
		return err;
	}
	if (config->mtu > config->mtu_max)
		config->mtu = config->mtu_max;
	if (port->device->driver->mac_is_peers || rte_eth_macaddr_get(port->device->id, &mac) ||
	    !rte_is_valid_assigned_ether_addr(&mac))
		rte_eth_random_addr(mac.addr_bytes);
	memcpy(config->mac, options->mac ? options->mac : mac.addr_bytes, 6);
	config->features = nuse_dpdk_features(port->device);
	config->nr_queues = (uint16_t)port->nr_queues;
	config->ops = &dpdk_ops;
	set_mac(port, config->mac);
	atomic_store(&port->mtu, config->mtu);
	port->next = port->device->ports;
	port->device->ports = port;
	return 0;
}

static int close_on_control(void *arg)
{
	struct dpdk_port *port = arg, **at = &port->device->ports;

	nuse_dpdk_forget(port);
	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	nuse_dpdk_device_put(port->device);
	return 0;
}

static void free_port(struct dpdk_port *port)
{
	if (port->timer >= 0)
		close(port->timer);
	nuse_dpdk_stack_free(port);
	free(port);
}

static void dpdk_close(struct nuse_port *arg)
{
	static const struct nuse_error silent;

	nuse_dpdk_control(close_on_control, dpdk_port(arg), &silent);
	free_port(dpdk_port(arg));
}

static int dpdk_open(const char *where, const struct nuse_port_options *options,
		     struct nuse_port **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	size_t bytes = sizeof(struct dpdk_port) + options->queues * sizeof(struct dpdk_queue);
	struct opening opening = { .where = where, .options = options, .error = &error };
	struct dpdk_port *port;
	int err;

	if (!*where || strlen(where) >= DPDK_WHERE_MAX)
		return nuse_error(&error, EINVAL, "dpdk:%s: a device has 1 to %d characters",
				  where, DPDK_WHERE_MAX - 1);
	port = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	if (!port)
		return nuse_error(&error, ENOMEM, "dpdk:%s: no memory", where);
	memset(port, 0, bytes);
	port->nr_queues = options->queues;
	for (unsigned int i = 0; i < port->nr_queues; i++)
		port->queues[i] = (struct dpdk_queue){ .port = port, .index = i, .interrupt = -1 };
	port->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	opening.port = port;
	err = port->timer < 0 ? -errno : nuse_dpdk_stack_new(port);
	if (err)
		nuse_error_errno(&error, -err, "dpdk:%s: no timer or stack", where);
	else
		err = nuse_dpdk_control(open_on_control, &opening, &error);
	if (err) {
		free_port(port);
		return err;
	}
	*out = &port->port;
	return 0;
}

/* What the engine finds here; see registry.c. */
extern const struct nuse_port_backend nuse_port_dpdk;

__attribute__((visibility("default")))
const struct nuse_port_backend nuse_port_dpdk = {
	.name = "dpdk",
	.open = dpdk_open,
	.close = dpdk_close,
	.attach = dpdk_attach,
	.detach = dpdk_detach,
	.link = dpdk_link,
	.service = dpdk_service,
	.pollfds = nuse_dpdk_pollfds,
	.arm = nuse_dpdk_arm,
	.disarm = nuse_dpdk_disarm,
};
