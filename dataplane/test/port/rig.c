// SPDX-License-Identifier: GPL-2.0-only
#include "rig.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker.h"

void shell(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		fail_msg("failed: %s", command);
}

void rig_enter(void)
{
	if (unshare(CLONE_NEWNET))
		fail_msg("no network namespace: %s", strerror(errno));
	shell("ip link set lo up");
}

void rig_start(struct rig *rig, int idle)
{
	const struct nuse_instance_config config = {
		.library = getenv("NUSE_LIBLINUX"),
		.ram_size = 96 << 20,
	};
	struct nuse_worker_config worker = {
		.name = "rig", .cpu = -1, .idle = idle, .counters = &rig->counters,
	};
	char error[256] = "";

	memset(rig, 0, sizeof(*rig));
	if (nuse_instance_create(&config, &rig->inst, error, sizeof(error)) ||
	    nuse_worker_start(rig->inst, &worker, &rig->worker, error, sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(nuse_client_open(rig->inst, NULL, &rig->client), 0);
}

struct nuse_port *rig_port(struct rig *rig, unsigned int index, const char *spec,
			   struct nuse_port_options options)
{
	char error[256] = "", name[8];

	snprintf(name, sizeof(name), "eth%u", index);
	if (!options.name)
		options.name = name;
	if (nuse_port_open(spec, &options, &rig->ports[index], error, sizeof(error)))
		fail_msg("%s", error);
	if (nuse_worker_add_port(rig->worker, rig->ports[index], error, sizeof(error)) < 0)
		fail_msg("%s", error);
	return rig->ports[index];
}

void rig_remove(struct rig *rig, unsigned int index)
{
	nuse_worker_remove_port(rig->worker, rig->ports[index]);
	nuse_port_close(rig->ports[index]);
	rig->ports[index] = NULL;
}

void rig_stop(struct rig *rig)
{
	nuse_client_close(rig->client);
	nuse_worker_stop(rig->worker);
	assert_null(nuse_instance_panic(rig->inst));
	for (unsigned int i = 0; i < RIG_PORTS; i++) {
		if (!rig->ports[i])
			continue;
		nuse_port_detach(rig->ports[i]);
		nuse_port_close(rig->ports[i]);
	}
	nuse_instance_destroy(rig->inst);
	memset(rig, 0, sizeof(*rig));
}

long rig_call(void *arg, long nr, const long args[6])
{
	return nuse_client_call(((struct rig *)arg)->client, nr, args);
}

long host_call(void *unused, long nr, const long args[6])
{
	long result = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);

	(void)unused;
	return result < 0 ? -errno : result;
}

static void interface_ioctl(syscall_fn call, void *who, unsigned long request, struct ifreq *ifr,
			    const char *name)
{
	long fd = call(who, SYS_socket, (long[6]){ AF_INET, SOCK_DGRAM });

	assert_true(fd >= 0);
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	assert_int_equal(call(who, SYS_ioctl, (long[6]){ fd, (long)request, (long)ifr }), 0);
	call(who, SYS_close, (long[6]){ fd });
}

int flags_of(syscall_fn call, void *who, const char *name)
{
	struct ifreq ifr = { 0 };

	interface_ioctl(call, who, SIOCGIFFLAGS, &ifr, name);
	return (unsigned short)ifr.ifr_flags;
}

void set_flags(syscall_fn call, void *who, const char *name, int flags)
{
	struct ifreq ifr = { .ifr_flags = (short)flags };

	interface_ioctl(call, who, SIOCSIFFLAGS, &ifr, name);
}

void wait_carrier(syscall_fn call, void *who, const char *name, int carrier)
{
	for (int i = 0; i < 1000; i++) {
		if (!(flags_of(call, who, name) & IFF_RUNNING) == !carrier)
			return;
		usleep(10000);
	}
	fail_msg("%s: the carrier does not %s", name, carrier ? "come" : "go");
}

void wait_stat(const uint64_t *counter, uint64_t least)
{
	for (int i = 0; i < 1000; i++) {
		if (__atomic_load_n(counter, __ATOMIC_RELAXED) >= least)
			return;
		usleep(10000);
	}
	fail_msg("a counter stays at %lu, below %lu", (unsigned long)*counter,
		 (unsigned long)least);
}
