// SPDX-License-Identifier: GPL-2.0-only
/* TCP over a bad line, with every congestion control the kernel has. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

#define BYTES (4u << 20)

static const struct netem bad_line = {
	.delay = 10 * MS,
	.jitter = MS,
	.loss = 0.01,
	.reorder = 0.05,
};

/* What the kernel must offer: lines of the configuration, and Reno. */
static const char *const wanted[] = {
	"reno", "cubic", "bbr", "dctcp", "bic", "cdg", "westwood", "highspeed", "hybla", "htcp",
	"vegas", "nv", "veno", "scalable", "lp", "yeah", "illinois",
};

#define NR_WANTED (sizeof(wanted) / sizeof(wanted[0]))

static void every_algorithm_is_there(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	char list[1024];

	snprintf(list, sizeof(list), " %s ",
		 sysctl_get(a, "net.ipv4.tcp_available_congestion_control"));
	for (unsigned int i = 0; i < NR_WANTED; i++) {
		char word[32];

		snprintf(word, sizeof(word), " %s ", wanted[i]);
		if (!strstr(list, word))
			fail_msg("no %s in%s", wanted[i], list);
	}
}

static void choose(struct lab_node *node, int fd, void *arg)
{
	must(sock_set_text(node, fd, IPPROTO_TCP, TCP_CONGESTION, arg));
}

static void check(struct lab_node *node, int fd, void *arg)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	must(sock_get(node, fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	assert_string_equal(name, arg);
}

/* What netem loses shall be a frame, not a train of them. */
static void one_segment(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u32(nlh, IFLA_GSO_MAX_SEGS, 1);
}

/* Two nodes and a line between them that loses, delays and reorders both ways. */
static void line_setup(struct lab *lab, struct lab_node **a, struct lab_node **b)
{
	*a = lab_node(lab, "a");
	*b = lab_node(lab, "b");
	lab_link(*a, "eth0", *b, "eth0", NULL);
	dev_setup(*a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(*b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	must(link_set(*a, "eth0", one_segment, NULL));
	must(link_set(*b, "eth0", one_segment, NULL));
	must(netem_add(*a, "eth0", &bad_line));
	must(netem_add(*b, "eth0", &bad_line));
}

static void each_algorithm(void **state, const char *address)
{
	struct lab_node *a, *b;
	char list[1024], *name, *rest = list;
	unsigned int n = 0;

	line_setup(*state, &a, &b);
	snprintf(list, sizeof(list), "%s",
		 sysctl_get(a, "net.ipv4.tcp_available_congestion_control"));
	while ((name = strtok_r(rest, " ", &rest))) {
		long long late = proc_counter(b, "netstat", "TcpExt", "TCPOFOQueue");
		struct qdisc_stats before, after;
		uint64_t took;

		must(qdisc_stats(a, "eth0", 0, &before));
		took = stream_run(&(struct stream){
			.from = a, .to = b, .address = address, .bytes = BYTES,
			.prepare = choose, .inspect = check, .arg = name });
		must(qdisc_stats(a, "eth0", 0, &after));
		/* It was a bad line indeed. */
		assert_true(after.drops >= before.drops + 10);
		assert_true(proc_counter(b, "netstat", "TcpExt", "TCPOFOQueue") > late + 10);
		print_message("    %-10s %6llu ms, %u of %llu frames lost\n", name,
			      (unsigned long long)(took / MS), after.drops - before.drops,
			      (unsigned long long)(after.packets - before.packets));
		n++;
	}
	assert_true(n >= NR_WANTED);
}

static void every_algorithm_delivers_every_byte_over_ipv4(void **state)
{
	each_algorithm(state, "10.0.0.2:5001");
}

static void every_algorithm_delivers_every_byte_over_ipv6(void **state)
{
	each_algorithm(state, "[fd00::2]:5001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_algorithm_is_there),
		lab_test(every_algorithm_delivers_every_byte_over_ipv4),
		lab_test(every_algorithm_delivers_every_byte_over_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
