// SPDX-License-Identifier: GPL-2.0-only
/* Two customers with the same addresses behind one router. */
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

/* a0 - r - b0 in vrf "red", a1 - r - b1 in vrf "blue". */
struct customers {
	struct lab_node *r, *a[2], *b[2];
	struct lab_link *left[2], *right[2];
};

static const char *const vrfs[2] = { "red", "blue" };

static void fill_table(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_VRF_TABLE, *(uint32_t *)arg);
}

static void make_one(struct customers *c, struct lab *lab, unsigned int i)
{
	char name[3] = { 'a', (char)('0' + i), 0 }, left[8], right[8];
	uint32_t table = 10 + i;

	snprintf(left, sizeof(left), "left%u", i);
	snprintf(right, sizeof(right), "right%u", i);
	c->a[i] = lab_node(lab, name);
	name[0] = 'b';
	c->b[i] = lab_node(lab, name);
	c->left[i] = lab_link(c->a[i], "eth0", c->r, left, NULL);
	c->right[i] = lab_link(c->r, right, c->b[i], "eth0", NULL);
	lab_capture(c->left[i]);
	lab_capture(c->right[i]);
	must(link_add(c->r, vrfs[i], "vrf", NULL, fill_table, &table));
	must(link_up(c->r, vrfs[i]));
	must(link_set_master(c->r, left, vrfs[i]));
	must(link_set_master(c->r, right, vrfs[i]));
	dev_setup(c->r, left, "10.1.0.2/24", "2001:db8:1::2/64", NULL);
	dev_setup(c->r, right, "10.2.0.1/24", "2001:db8:2::1/64", NULL);
	dev_setup(c->a[i], "eth0", "10.1.0.1/24", "2001:db8:1::1/64", NULL);
	dev_setup(c->b[i], "eth0", "10.2.0.2/24", "2001:db8:2::2/64", NULL);
	must(route_via(c->a[i], "default", "10.1.0.2", "eth0"));
	must(route_via(c->a[i], "default6", "2001:db8:1::2", "eth0"));
	must(route_via(c->b[i], "default", "10.2.0.1", "eth0"));
	must(route_via(c->b[i], "default6", "2001:db8:2::1", "eth0"));
}

static void make_customers(struct customers *c, struct lab *lab)
{
	c->r = lab_node(lab, "r");
	node_forward(c->r);
	make_one(c, lab, 0);
	make_one(c, lab, 1);
	lab_run(lab, 3 * SEC);
}

static void same_addresses_reach_each_their_own(void **state)
{
	static const char *const targets[] = { "10.2.0.2:7", "[2001:db8:2::2]:7" };
	static const char *const patterns[] = { "ipv4/udp", "ipv6/udp" };
	struct customers c;

	make_customers(&c, *state);
	for (int v6 = 0; v6 <= 1; v6++)
		for (int i = 0; i < 2; i++) {
			lab_capture_clear(c.right[0]);
			lab_capture_clear(c.right[1]);
			assert_true(carries(c.a[i], NULL, c.b[i], targets[v6], 500));
			assert_int_equal(wire_count(c.right[i], c.r, patterns[v6]), 1);
			assert_int_equal(wire_count(c.right[!i], c.r, patterns[v6]), 0);
		}
}

static void a_route_of_one_is_none_of_the_other(void **state)
{
	struct customers c;

	make_customers(&c, *state);
	must(link_down(c.r, "right0"));
	assert_false(carries(c.a[0], NULL, c.b[1], "10.2.0.2:7", 100));
	assert_true(carries(c.a[1], NULL, c.b[1], "10.2.0.2:7", 100));
	assert_int_equal(wire_count(c.right[1], c.r, "ipv4/udp"), 1);
}

static void a_socket_lives_in_the_vrf_it_is_bound_to(void **state)
{
	struct customers c;
	struct datagram d = { .target = "10.1.0.1:7", .size = 100 };

	make_customers(&c, *state);
	d.from = c.r;
	for (int i = 0; i < 2; i++) {
		d.from_dev = vrfs[i];
		d.to = c.a[i];
		assert_true(arrives(&d));
		d.to = c.a[!i];
		assert_false(arrives(&d));
	}
	assert_true(ping(c.r, "red", "10.2.0.2", 100));
	assert_true(ping(c.a[1], NULL, "10.1.0.2", 100));
}

static void a_server_of_one_vrf_does_not_hear_the_other(void **state)
{
	struct customers c;
	struct datagram d = { .target = "10.1.0.2:7", .size = 100, .to_dev = "red" };

	make_customers(&c, *state);
	d.to = c.r;
	d.from = c.a[0];
	assert_true(arrives(&d));
	d.from = c.a[1];
	assert_false(arrives(&d));
}

static void a_route_may_lead_from_one_vrf_into_another(void **state)
{
	struct customers c;

	make_customers(&c, *state);
	must(addr_add(c.b[1], "eth0", "10.2.0.99/24"));
	assert_false(carries(c.a[0], NULL, c.b[1], "10.2.0.99:7", 100));
	must(route_add(c.r, "10.2.0.99/32", &(struct route_options){
		.hop = { .via = NULL, .dev = "right1" }, .table = 10 }));
	assert_true(carries(c.a[0], NULL, c.b[1], "10.2.0.99:7", 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(same_addresses_reach_each_their_own),
		lab_test(a_route_of_one_is_none_of_the_other),
		lab_test(a_socket_lives_in_the_vrf_it_is_bound_to),
		lab_test(a_server_of_one_vrf_does_not_hear_the_other),
		lab_test(a_route_may_lead_from_one_vrf_into_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
