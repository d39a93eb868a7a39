// SPDX-License-Identifier: GPL-2.0-only
/* Labels pushed, swapped and popped by three routers in a row. */
#include <arpa/inet.h>
#include <linux/lwtunnel.h>
#include <linux/mpls.h>
#include <linux/mpls_iptunnel.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

#define IPV4 "10.0.3.2:7"
#define IPV6 "[2001:db8:3::2]:7"

struct labels { unsigned int n; uint32_t label[3]; };

static void put_labels(struct nlmsghdr *nlh, uint16_t type, const struct labels *labels)
{
	uint32_t stack[3];

	for (unsigned int i = 0; i < labels->n; i++)
		stack[i] = htonl(labels->label[i] << MPLS_LS_LABEL_SHIFT |
				 (uint32_t)(i + 1 == labels->n) << MPLS_LS_S_SHIFT);
	mnl_attr_put(nlh, type, labels->n * 4, stack);
}

static void fill_push(struct nlmsghdr *nlh, void *arg)
{
	put_labels(nlh, MPLS_IPTUNNEL_DST, arg);
}

static void fill_swap(struct nlmsghdr *nlh, void *arg)
{
	put_labels(nlh, RTA_NEWDST, arg);
}

static void allow_labels(struct lab_node *node)
{
	must(sysctl_set(node, "net.mpls.platform_labels", "1000"));
	must(sysctl_set(node, "net.mpls.conf.left.input", "1"));
	must(sysctl_set(node, "net.mpls.conf.right.input", "1"));
}

static void push(struct lab_node *node, const char *prefix, const char *via,
		 const struct labels *labels)
{
	must(route_replace(node, prefix, &(struct route_options){
		.hop = { .via = via, .dev = "right", .encap_type = LWTUNNEL_ENCAP_MPLS,
			 .encap = fill_push, .encap_arg = (void *)(uintptr_t)labels } }));
}

static void swap(struct lab_node *node, const char *label, const char *via,
		 const struct labels *labels)
{
	must(route_add(node, label, &(struct route_options){
		.family = AF_MPLS, .hop = { .via = via, .dev = "right" }, .fill = fill_swap,
		.arg = (void *)(uintptr_t)labels }));
}

static void pop(struct lab_node *node, const char *label, const char *via)
{
	must(route_add(node, label, &(struct route_options){
		.family = AF_MPLS, .hop = { .via = via, .dev = "right" } }));
}

/* a - b - c - d - e: b pushes 100, c makes 200 of it, d takes it off. */
static void make_path(struct chain *c, struct lab *lab)
{
	static const struct labels first = { 1, { 100 } }, second = { 1, { 200 } };

	chain_make(c, lab, 5, NULL);
	for (unsigned int i = 1; i < 4; i++)
		allow_labels(c->node[i]);
	push(c->node[1], "10.0.3.0/24", "10.0.1.2", &first);
	swap(c->node[2], "100", "10.0.2.2", &second);
	pop(c->node[3], "200", "10.0.3.2");
}

static void a_label_is_pushed_swapped_and_popped(void **state)
{
	const uint8_t *entry;
	struct chain c;

	make_path(&c, *state);
	assert_true(carries(c.node[0], NULL, c.node[4], IPV4, 1000));
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/ipv4/udp"), 1);
	assert_int_equal(wire_count(c.link[2], c.node[2], "mpls200/ipv4/udp"), 1);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv4/udp"), 1);
	/* The label's time to live goes on from the packet's, and back into it. */
	entry = wire_first(c.link[2], c.node[2], "mpls200/ipv4/udp")->data + 14;
	assert_int_equal(entry[3], 62);
	assert_int_equal(ip_header(wire_first(c.link[3], c.node[3], "ipv4/udp"))[8], 61);
}

static void a_router_without_the_label_drops(void **state)
{
	struct chain c;

	make_path(&c, *state);
	must(route_del(c.node[2], "100", &(struct route_options){ .family = AF_MPLS }));
	assert_false(carries(c.node[0], NULL, c.node[4], IPV4, 100));
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/ipv4/udp"), 1);
	assert_int_equal(wire_count(c.link[2], c.node[2], "*udp"), 0);
}

static void labels_are_taken_only_where_allowed(void **state)
{
	struct chain c;

	make_path(&c, *state);
	must(sysctl_set(c.node[2], "net.mpls.conf.left.input", "0"));
	assert_false(carries(c.node[0], NULL, c.node[4], IPV4, 100));
}

static void labels_stack(void **state)
{
	static const struct labels stack = { 2, { 100, 300 } };
	struct chain c;

	make_path(&c, *state);
	push(c.node[1], "10.0.3.0/24", "10.0.1.2", &stack);
	/* Behind the outer label d looks at the inner one: once more, through lo. */
	must(sysctl_set(c.node[3], "net.mpls.conf.lo.input", "1"));
	must(route_del(c.node[3], "200", &(struct route_options){ .family = AF_MPLS }));
	must(route_add(c.node[3], "200", &(struct route_options){
		.family = AF_MPLS, .hop = { .dev = "lo" } }));
	pop(c.node[3], "300", "10.0.3.2");
	assert_true(carries(c.node[0], NULL, c.node[4], IPV4, 100));
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/mpls300/ipv4/udp"), 1);
	assert_int_equal(wire_count(c.link[2], c.node[2], "mpls200/mpls300/ipv4/udp"), 1);
}

static void ipv6_goes_along_with_explicit_null(void **state)
{
	static const struct labels first = { 1, { 100 } }, null = { 1, { 2 } };
	struct chain c;

	chain_make(&c, *state, 5, NULL);
	for (unsigned int i = 1; i < 4; i++)
		allow_labels(c.node[i]);
	push(c.node[1], "2001:db8:3::/64", "2001:db8:1::2", &first);
	swap(c.node[2], "100", "2001:db8:2::2", &null);
	assert_true(carries(c.node[0], NULL, c.node[4], IPV6, 1000));
	assert_int_equal(wire_count(c.link[1], c.node[1], "mpls100/ipv6/udp"), 1);
	assert_int_equal(wire_count(c.link[2], c.node[2], "mpls2/ipv6/udp"), 1);
	assert_int_equal(wire_count(c.link[3], c.node[3], "ipv6/udp"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_label_is_pushed_swapped_and_popped),
		lab_test(a_router_without_the_label_drops),
		lab_test(labels_are_taken_only_where_allowed),
		lab_test(labels_stack),
		lab_test(ipv6_goes_along_with_explicit_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
