// SPDX-License-Identifier: GPL-2.0-only
#include "veth.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int veth_setup(void **state)
{
	(void)state;
	rig_enter();
	return 0;
}

static int open_netns(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

void veth_add(const char *name, unsigned int mtu, unsigned int queues)
{
	shell("ip link add %s numrxqueues %u numtxqueues %u mtu %u type veth "
	      "peer name %sp numrxqueues %u numtxqueues %u mtu %u",
	      name, queues, queues, mtu, name, queues, queues, mtu);
	shell("sysctl -qw net.ipv6.conf.%s.disable_ipv6=1 net.ipv6.conf.%sp.disable_ipv6=1", name,
	      name);
	shell("ethtool -L %s rx %u tx %u >/dev/null", name, queues, queues);
	shell("ethtool -L %sp rx %u tx %u >/dev/null", name, queues, queues);
	shell("ethtool -K %sp tx off tso off gso off txvlan off >/dev/null", name);
	shell("ip link set %s up && ip link set %sp up", name, name);
}

void veth_delete(const char *name)
{
	shell("ip link del %s", name);
}

static void *make_netns(void *fd)
{
	if (!unshare(CLONE_NEWNET))
		*(int *)fd = open_netns();
	return NULL;
}

int netns_new(void)
{
	pthread_t thread;
	int fd = -1;

	pthread_create(&thread, NULL, make_netns, &fd);
	pthread_join(thread, NULL);
	assert_true(fd >= 0);
	return fd;
}

void veth_move_peer(const char *name, int netns)
{
	shell("ip link set %sp netns /proc/%d/fd/%d", name, getpid(), netns);
	netns_shell(netns, "ip link set %sp up", name);
}

long netns_call(void *netns, long nr, const long args[6])
{
	int home = open_netns();
	long result;

	assert_int_equal(setns(*(int *)netns, CLONE_NEWNET), 0);
	result = host_call(NULL, nr, args);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	return result;
}

void netns_shell(int netns, const char *format, ...)
{
	int home = open_netns(), result;
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(setns(netns, CLONE_NEWNET), 0);
	result = system(command);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	close(home);
	if (result)
		fail_msg("failed: %s", command);
}

struct question {
	struct nuse_port *port;
	const char *name;
	uint64_t value;
};

static long ask(void *arg)
{
	struct question *question = arg;
	const struct nuse_port_config *config = &question->port->config;
	struct nuse_counter counters[NUSE_PORT_COUNTERS];
	unsigned int n = config->ops->counters(config->port, counters, NUSE_PORT_COUNTERS);

	for (unsigned int i = 0; i < n; i++) {
		if (strcmp(counters[i].name, question->name))
			continue;
		question->value = counters[i].value;
		return 0;
	}
	return -ENOENT;
}

uint64_t port_counter(struct rig *rig, unsigned int index, const char *name)
{
	struct question question = { .port = rig->ports[index], .name = name };

	if (nuse_instance_post(rig->inst, ask, &question))
		fail_msg("no counter %s", name);
	return question.value;
}

int has_program(const char *device)
{
	char command[128];

	snprintf(command, sizeof(command), "ip link show %s | grep -q prog/xdp", device);
	return !system(command);
}
