// SPDX-License-Identifier: GPL-2.0-only
/* Multicast through a router that its routing daemon, here the test, tells how. */
#include <arpa/inet.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <netinet/in.h>
#include <string.h>

#include "net/chain.h"
#include "net/layers.h"

#define GROUP4 "239.1.2.3"
#define GROUP6 "ff3e::77"

/* A socket in the group on a device, bound to port 7. */
static int join4(struct lab_node *node, const char *dev)
{
	struct ip_mreqn join = { .imr_ifindex = link_index(node, dev) };
	int fd = udp_socket(node, ":7");

	inet_pton(AF_INET, GROUP4, &join.imr_multiaddr);
	must(sock_set(node, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)));
	return fd;
}

static int join6(struct lab_node *node, const char *dev)
{
	struct ipv6_mreq join = { .ipv6mr_interface = (unsigned int)link_index(node, dev) };
	int fd = udp_socket(node, "[::]:7");

	inet_pton(AF_INET6, GROUP6, &join.ipv6mr_multiaddr);
	must(sock_set(node, fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &join, sizeof(join)));
	return fd;
}

static void send4(struct chain *c, int ttl)
{
	int fd = udp_socket(c->node[0], "10.0.0.1:9");

	must(sock_set_int(c->node[0], fd, IPPROTO_IP, IP_MULTICAST_TTL, ttl));
	must(sock_sendto(c->node[0], fd, "to many", 7, GROUP4 ":7"));
	sock_close(c->node[0], fd);
	lab_run(c->lab, 10 * MS);
}

static void send6(struct chain *c)
{
	int fd = udp_socket(c->node[0], "[2001:db8:0::1]:9");

	must(sock_set_int(c->node[0], fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 5));
	must(sock_set_int(c->node[0], fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
			  link_index(c->node[0], "right")));
	must(sock_sendto(c->node[0], fd, "to many", 7, "[" GROUP6 "]:7"));
	sock_close(c->node[0], fd);
	lab_run(c->lab, 10 * MS);
}

static bool heard(struct lab_node *node, int fd)
{
	char text[16] = "";

	return sock_recv(node, fd, text, sizeof(text), MSG_DONTWAIT) == 7 &&
	       !strcmp(text, "to many");
}

/* The daemon's socket, with virtual interfaces 0 = left and 1 = right. */
static int start4(struct lab_node *node, unsigned char threshold)
{
	int fd = (int)must(sock_open(node, AF_INET, SOCK_RAW, IPPROTO_IGMP));
	struct vifctl vif = { .vifc_flags = VIFF_USE_IFINDEX, .vifc_threshold = threshold };

	must(sock_set_int(node, fd, IPPROTO_IP, MRT_INIT, 1));
	vif.vifc_lcl_ifindex = link_index(node, "left");
	must(sock_set(node, fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof(vif)));
	vif.vifc_vifi = 1;
	vif.vifc_lcl_ifindex = link_index(node, "right");
	must(sock_set(node, fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof(vif)));
	return fd;
}

static struct mfcctl entry4(void)
{
	struct mfcctl entry = { .mfcc_parent = 0, .mfcc_ttls = { 0, 1 } };

	inet_pton(AF_INET, "10.0.0.1", &entry.mfcc_origin);
	inet_pton(AF_INET, GROUP4, &entry.mfcc_mcastgrp);
	return entry;
}

static void an_unknown_source_is_reported_to_the_daemon(void **state)
{
	struct chain c;
	struct igmpmsg *message;
	uint8_t buffer[256];
	int daemon, fd;

	chain_make(&c, *state, 3, NULL);
	fd = join4(c.node[2], "left");
	daemon = start4(c.node[1], 1);
	send4(&c, 5);
	assert_false(heard(c.node[2], fd));
	do
		must(sock_recv(c.node[1], daemon, buffer, sizeof(buffer), MSG_DONTWAIT));
	while (buffer[9]);			/* real IGMP */
	message = (struct igmpmsg *)buffer;
	assert_int_equal(message->im_msgtype, IGMPMSG_NOCACHE);
	assert_int_equal(message->im_vif, 0);
	assert_memory_equal(&message->im_src, "\x0a\0\0\1", 4);
}

static void ipv4_groups_go_where_the_daemon_says(void **state)
{
	struct mfcctl entry = entry4();
	struct chain c;
	int daemon, fd;

	chain_make(&c, *state, 3, NULL);
	fd = join4(c.node[2], "left");
	daemon = start4(c.node[1], 1);
	must(sock_set(c.node[1], daemon, IPPROTO_IP, MRT_ADD_MFC, &entry, sizeof(entry)));
	send4(&c, 5);
	assert_true(heard(c.node[2], fd));
	assert_int_equal(ip_header(wire_last(c.link[1], c.node[1], "ipv4/udp"))[8], 4);
	assert_memory_equal(wire_last(c.link[1], c.node[1], "ipv4/udp")->data,
			    "\1\0\x5e\1\2\3", 6);
	must(sock_set(c.node[1], daemon, IPPROTO_IP, MRT_DEL_MFC, &entry, sizeof(entry)));
	send4(&c, 5);
	assert_false(heard(c.node[2], fd));
}

static void a_threshold_holds_packets_back(void **state)
{
	struct mfcctl entry = entry4();
	struct chain c;
	int daemon, fd;

	chain_make(&c, *state, 3, NULL);
	fd = join4(c.node[2], "left");
	daemon = start4(c.node[1], 1);
	entry.mfcc_ttls[1] = 10;
	must(sock_set(c.node[1], daemon, IPPROTO_IP, MRT_ADD_MFC, &entry, sizeof(entry)));
	send4(&c, 10);
	assert_false(heard(c.node[2], fd));
	send4(&c, 11);
	assert_true(heard(c.node[2], fd));
}

static void forwarding_ends_with_its_daemon(void **state)
{
	struct mfcctl entry = entry4();
	struct chain c;
	int daemon, fd;

	chain_make(&c, *state, 3, NULL);
	fd = join4(c.node[2], "left");
	daemon = start4(c.node[1], 1);
	must(sock_set(c.node[1], daemon, IPPROTO_IP, MRT_ADD_MFC, &entry, sizeof(entry)));
	send4(&c, 5);
	assert_true(heard(c.node[2], fd));
	must(sock_close(c.node[1], daemon));
	send4(&c, 5);
	assert_false(heard(c.node[2], fd));
}

static void ipv6_groups_go_where_the_daemon_says(void **state)
{
	struct mf6cctl entry = { .mf6cc_origin.sin6_family = AF_INET6,
				 .mf6cc_mcastgrp.sin6_family = AF_INET6 };
	struct mif6ctl mif = { .vifc_threshold = 1 };
	struct lab_node *r;
	struct chain c;
	int daemon, fd;

	chain_make(&c, *state, 3, NULL);
	r = c.node[1];
	fd = join6(c.node[2], "left");
	daemon = (int)must(sock_open(r, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
	must(sock_set_int(r, daemon, IPPROTO_IPV6, MRT6_INIT, 1));
	mif.mif6c_pifi = (unsigned short)link_index(r, "left");
	must(sock_set(r, daemon, IPPROTO_IPV6, MRT6_ADD_MIF, &mif, sizeof(mif)));
	mif.mif6c_mifi = 1;
	mif.mif6c_pifi = (unsigned short)link_index(r, "right");
	must(sock_set(r, daemon, IPPROTO_IPV6, MRT6_ADD_MIF, &mif, sizeof(mif)));
	send6(&c);
	assert_false(heard(c.node[2], fd));

	inet_pton(AF_INET6, "2001:db8:0::1", &entry.mf6cc_origin.sin6_addr);
	inet_pton(AF_INET6, GROUP6, &entry.mf6cc_mcastgrp.sin6_addr);
	IF_SET(1, &entry.mf6cc_ifset);
	must(sock_set(r, daemon, IPPROTO_IPV6, MRT6_ADD_MFC, &entry, sizeof(entry)));
	lab_run(*state, MS);
	while (heard(c.node[2], fd))		/* what had waited for the entry */
		;
	send6(&c);
	assert_true(heard(c.node[2], fd));
	assert_int_equal(ip_header(wire_last(c.link[1], r, "ipv6/udp"))[7], 4);
	must(sock_set(r, daemon, IPPROTO_IPV6, MRT6_DEL_MFC, &entry, sizeof(entry)));
	send6(&c);
	assert_false(heard(c.node[2], fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(an_unknown_source_is_reported_to_the_daemon),
		lab_test(ipv4_groups_go_where_the_daemon_says),
		lab_test(a_threshold_holds_packets_back),
		lab_test(forwarding_ends_with_its_daemon),
		lab_test(ipv6_groups_go_where_the_daemon_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
