// SPDX-License-Identifier: GPL-2.0-only
/* What cannot be opened says why, and leaves nothing behind. */
#include "veth.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

static void expect_refusal(const char *spec, int err, const char *reason)
{
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	struct nuse_port *port;
	char error[256] = "";

	assert_int_equal(nuse_port_open(spec, &options, &port, error, sizeof(error)), err);
	if (strncmp(error, "xdp:", 4) || !strstr(error, reason))
		fail_msg("%s: \"%s\" does not say \"%s\"", spec, error, reason);
}

static void options_are_read_strictly(void **state)
{
	(void)state;
	veth_add("v0", 1500, 1);
	expect_refusal("xdp:", -EINVAL, "not the name of a device");
	expect_refusal("xdp:a-name-that-is-too-long", -EINVAL, "not the name of a device");
	expect_refusal("xdp:nowhere", -ENODEV, "no such device");
	expect_refusal("xdp:v0,speed=9", -EINVAL, "'speed'");
	expect_refusal("xdp:v0,", -EINVAL, "no such option ''");
	expect_refusal("xdp:v0,copy=1", -EINVAL, "no such option 'copy'");
	expect_refusal("xdp:v0,mode=fast", -EINVAL, "'fast' cannot be mode");
	expect_refusal("xdp:v0,first-queue=-1", -EINVAL, "cannot be first-queue");
	expect_refusal("xdp:v0,first-queue=256", -EINVAL, "cannot be first-queue");
	expect_refusal("xdp:v0,busy-poll=", -EINVAL, "cannot be busy-poll");
	expect_refusal("xdp:v0,copy,zerocopy", -EINVAL, "zerocopy excludes copy");
	expect_refusal("xdp:v0,zerocopy,mode=skb", -EINVAL, "zerocopy excludes mode=skb");
	assert_false(has_program("v0"));
}

static void a_device_that_cannot_do_zerocopy_says_so(void **state)
{
	(void)state;
	veth_add("v0", 1500, 1);
	expect_refusal("xdp:v0,zerocopy", -EOPNOTSUPP, "no zerocopy on queue 0");
	expect_refusal("xdp:v0,first-queue=1", -ENXIO, "the device has 1");
	assert_false(has_program("v0"));
}

static void a_device_without_native_xdp_says_so_and_works_in_skb_mode(void **state)
{
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	struct nuse_port *port;
	char error[256] = "";

	(void)state;
	expect_refusal("xdp:lo,mode=native", -EOPNOTSUPP, "mode=skb");
	if (nuse_port_open("xdp:lo", &options, &port, error, sizeof(error)))
		fail_msg("%s", error);
	shell("ip link show lo | grep -q xdpgeneric");
	nuse_port_close(port);
	assert_false(has_program("lo"));
}

/* Without the capabilities in `lost`, in a process of its own. */
static void unprivileged(uint64_t lost, void (*test)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct caps[2];

		if (syscall(SYS_capget, &head, caps))
			_exit(1);
		for (int i = 0; i < 2; i++)
			caps[i].effective = caps[i].permitted &= ~(uint32_t)(lost >> 32 * i);
		if (syscall(SYS_capset, &head, caps))
			_exit(1);
		test();
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void open_without_any(void)
{
	expect_refusal("xdp:v0", -EPERM, "xdp:v0: no permission for XDP programs");
}

static void open_without_raw(void)
{
	expect_refusal("xdp:v0", -EPERM, "CAP_NET_RAW");
}

static struct rig rig;

/* The RAM is more than what may be locked. */
static void attach_without_memory(void)
{
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	const struct rlimit little = { 1 << 20, 1 << 20 };
	struct nuse_port *port;
	char error[256] = "";

	setrlimit(RLIMIT_MEMLOCK, &little);
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	assert_int_equal(nuse_port_open("xdp:v0", &options, &port, NULL, 0), 0);
	assert_int_equal(nuse_worker_add_port(rig.worker, port, error, sizeof(error)), -ENOBUFS);
	assert_non_null(strstr(error, "xdp:v0: all of the worker's RAM, 96 MiB,"));
	assert_non_null(strstr(error, "RLIMIT_MEMLOCK"));
	nuse_port_close(port);
	rig_stop(&rig);
}

static void lacking_permissions_are_named(void **state)
{
	(void)state;
	veth_add("v0", 1500, 1);
	unprivileged(~0ull, open_without_any);
	unprivileged(1ull << CAP_NET_RAW, open_without_raw);
	unprivileged(1ull << CAP_IPC_LOCK | 1ull << CAP_SYS_RESOURCE, attach_without_memory);
	assert_false(has_program("v0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(options_are_read_strictly),
		veth_test(a_device_that_cannot_do_zerocopy_says_so),
		veth_test(a_device_without_native_xdp_says_so_and_works_in_skb_mode),
		veth_test(lacking_permissions_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
