// SPDX-License-Identifier: GPL-2.0-only
/* Instances of a laboratory, and calls into them. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lab_private.h"

/* Longest wait of a direct call. Grace periods take some 100 ms at most. */
#define CALL_MAX (60 * SEC)

static void node_console(void *user, const char *text, size_t len)
{
	struct lab_node *node = user;
	static int show = -1;

	if (len > sizeof(node->log) - 1 - node->log_len)
		len = sizeof(node->log) - 1 - node->log_len;
	memcpy(node->log + node->log_len, text, len);
	node->log_len += len;
	if (show < 0)
		show = getenv("NUSE_LAB_LOG") != NULL;
	if (show)
		fprintf(stderr, "%s| %.*s", node->name, (int)len, text);
}

/* The node idles. Inside of a direct call that is a wait without the others. */
static void node_wait(void *user, uint64_t deadline)
{
	struct lab_node *node = user;

	if (node->call_began == UINT64_MAX)
		return;
	if (deadline != UINT64_MAX &&
	    nuse_instance_clock(node->inst) - node->call_began < CALL_MAX)
		return;
	fprintf(stderr, "%s: the direct system call %ld blocks: use lab_spawn()\n", node->name,
		node->call_nr);
	abort();
}

static void seed_fill(uint8_t seed[32], uint64_t value)
{
	for (int i = 0; i < 32; i++) {
		value = value * 6364136223846793005ull + 1442695040888963407ull;
		seed[i] = (uint8_t)(value >> 33);
	}
}

static void lo_up(struct lab_node *node)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	long fd = must(node_call(node, SYS_socket, AF_INET, SOCK_DGRAM, 0));

	must(node_call(node, SYS_ioctl, fd, SIOCSIFFLAGS, &ifr));
	must(node_call(node, SYS_close, fd));
}

/* /proc and /sys for those who read them; a kernel has them mounted or not. */
static void mount_all(struct lab_node *node)
{
	static const char *const mounts[][2] = { { "proc", "/proc" }, { "sysfs", "/sys" } };

	for (int i = 0; i < 2; i++) {
		node_call(node, SYS_mkdir, mounts[i][1], 0755);
		if (node_call(node, SYS_access, i ? "/sys/class" : "/proc/sys", 0) < 0)
			node_call(node, SYS_mount, mounts[i][0], mounts[i][1], mounts[i][0], 0, 0);
	}
}

struct lab_node *lab_node_with(struct lab *lab, const char *name,
			       const struct lab_node_options *options)
{
	static const struct lab_node_options defaults;
	struct lab_node *node = calloc(1, sizeof(*node)), **at = &lab->nodes;
	struct nuse_instance_config config;
	char error[512] = "";
	uint8_t seed[32];

	assert_non_null(node);
	if (!options)
		options = &defaults;
	node->lab = lab;
	node->number = ++lab->nr_nodes;
	node->warnings = options->warnings;
	node->call_began = UINT64_MAX;
	snprintf(node->name, sizeof(node->name), "%s", name);
	seed_fill(seed, options->seed ? options->seed : node->number);
	config = (struct nuse_instance_config){
		.library = getenv("NUSE_LIBLINUX"),
		.ram_size = options->ram ? options->ram : 64ull << 20,
		.hugepages = NUSE_HUGEPAGES_NEVER,
		.clock = NUSE_CLOCK_VIRTUAL,
		.clock_start = lab->now,
		.cmdline = options->cmdline,
		.seed = seed,
		.address = nuse_slot_address(node->number - 1),
		.console = node_console,
		.wait = node_wait,
		.user = node,
	};
	if (nuse_instance_create(&config, &node->inst, error, sizeof(error)) ||
	    nuse_instance_boot(node->inst, error, sizeof(error))) {
		if (node->inst)
			nuse_instance_destroy(node->inst);
		fprintf(stderr, "%.*s", (int)node->log_len, node->log);
		free(node);
		fail_msg("node %s: %s", name, error);
	}
	while (*at)
		at = &(*at)->next;
	*at = node;
	mount_all(node);
	lo_up(node);
	lab_run(lab, 0);
	return node;
}

struct lab_node *lab_node(struct lab *lab, const char *name)
{
	return lab_node_with(lab, name, NULL);
}

const char *lab_node_name(const struct lab_node *node)
{
	return node->name;
}

struct lab *lab_of(const struct lab_node *node)
{
	return node->lab;
}

struct nuse_instance *lab_instance(const struct lab_node *node)
{
	return node->inst;
}

const char *lab_node_log(const struct lab_node *node)
{
	return node->log;
}
