// SPDX-License-Identifier: GPL-2.0-only
/*
 * What memcheck looks at: instances that do nothing wrong, or one that does on
 * purpose. Its argument says which; test_memcheck.c reads what memcheck says.
 */
#include <stdio.h>
#include <string.h>

#include "lose.h"
#include "net/datagram.h"
#include "support/rtnl.h"
#include "support/sock.h"
#include "support/stream.h"

static const struct lab_node_options small = {
	.ram = 32 << 20,
	.cmdline = "lib_leaks",
	.warnings = true,
};

static void sockets_and_forwarding(void **state)
{
	struct lab *lab = *state;
	struct lab_node *a = lab_node_with(lab, "a", &small);
	struct lab_node *router = lab_node_with(lab, "router", &small);
	struct lab_node *b = lab_node_with(lab, "b", &small);
	struct lab_link_options lends = { .tx_lends = true, .features = LAB_SEGS | LAB_TX_CSUM };

	lab_link(a, "eth0", router, "left", NULL);
	lab_link(router, "right", b, "eth0", &lends);
	dev_setup(a, "eth0", "10.0.0.1/24", "2001:db8::1/64", NULL);
	dev_setup(router, "left", "10.0.0.2/24", "2001:db8::2/64", NULL);
	dev_setup(router, "right", "10.0.1.2/24", "2001:db8:1::2/64", NULL);
	dev_setup(b, "eth0", "10.0.1.1/24", "2001:db8:1::1/64", NULL);
	must(sysctl_set(router, "net.ipv4.ip_forward", "1"));
	must(sysctl_set(router, "net.ipv6.conf.all.forwarding", "1"));
	must(route_via(a, "0.0.0.0/0", "10.0.0.2", "eth0"));
	must(route_via(b, "0.0.0.0/0", "10.0.1.2", "eth0"));
	must(route_via(a, "::/0", "2001:db8::2", "eth0"));
	must(route_via(b, "::/0", "2001:db8:1::2", "eth0"));
	lab_run(lab, 3 * SEC);

	assert_true(carries(a, NULL, a, "127.0.0.1:2000", 1000));
	assert_true(carries(a, NULL, b, "10.0.1.1:2000", 1000));
	assert_true(carries(b, NULL, a, "[2001:db8::1]:2000", 4000));
	stream_run(&(struct stream){ .from = a, .to = a, .address = "127.0.0.1:80",
				     .bytes = 200000 });
	stream_run(&(struct stream){ .from = b, .to = a, .address = "10.0.0.1:80",
				     .bytes = 200000 });
}

static void provoke(struct lab_node *node, const char *fault)
{
	must(node_write(node, "/sys/kernel/debug/provoke-crash/DIRECT", fault));
}

static void faults_on_purpose(void **state)
{
	struct lab_node *node = lab_node_with(*state, "a", &small);

	must(node_call(node, SYS_mount, "none", "/sys/kernel/debug", "debugfs", 0, NULL));
	provoke(node, "READ_AFTER_FREE");
	provoke(node, "READ_BUDDY_AFTER_FREE");
	provoke(node, "SLAB_LINEAR_OVERFLOW");
	provoke(node, "SLAB_INIT_ON_ALLOC");
	provoke(node, "SLAB_FREE_DOUBLE");
	lose_a_unix_address(node);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest sound[] = { lab_test(sockets_and_forwarding) };
	const struct CMUnitTest faulty[] = { lab_test(faults_on_purpose) };

	if (argc == 2 && !strcmp(argv[1], "sound"))
		return cmocka_run_group_tests(sound, NULL, NULL);
	if (argc == 2 && !strcmp(argv[1], "faulty"))
		return cmocka_run_group_tests(faulty, NULL, NULL);
	fprintf(stderr, "%s: sound or faulty?\n", argv[0]);
	return 2;
}
