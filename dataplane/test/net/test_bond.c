// SPDX-License-Identifier: GPL-2.0-only
/* Two links between two nodes that act as one. */
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/datagram.h"
#include "net/layers.h"
#include "support/rtnl.h"
#include "support/sock.h"

struct bonded {
	struct lab *lab;
	struct lab_node *a, *b;
	struct lab_link *link[2];
};

static void fill_bond(struct nlmsghdr *nlh, void *arg)
{
	uint8_t mode = *(uint8_t *)arg;

	mnl_attr_put_u8(nlh, IFLA_BOND_MODE, mode);
	mnl_attr_put_u32(nlh, IFLA_BOND_MIIMON, 100);
	if (mode != BOND_MODE_8023AD)
		return;
	mnl_attr_put_u8(nlh, IFLA_BOND_XMIT_HASH_POLICY, BOND_XMIT_POLICY_LAYER34);
	mnl_attr_put_u8(nlh, IFLA_BOND_AD_LACP_RATE, 1);
}

static void make_end(struct lab_node *node, uint8_t mode, const char *address)
{
	must(link_add(node, "bond0", "bond", NULL, fill_bond, &mode));
	must(link_set_master(node, "eth0", "bond0"));
	must(link_set_master(node, "eth1", "bond0"));
	dev_setup(node, "bond0", address, NULL);
}

static void make_bonded(struct bonded *s, struct lab *lab, uint8_t mode)
{
	*s = (struct bonded){ .lab = lab, .a = lab_node(lab, "a"), .b = lab_node(lab, "b") };
	s->link[0] = lab_link(s->a, "eth0", s->b, "eth0", NULL);
	s->link[1] = lab_link(s->a, "eth1", s->b, "eth1", NULL);
	lab_capture(s->link[0]);
	lab_capture(s->link[1]);
	make_end(s->a, mode, "10.0.0.1/24");
	make_end(s->b, mode, "10.0.0.2/24");
	lab_run(lab, 10 * SEC);
}

/* One datagram; the link it took, -1 = lost. */
static int way(struct bonded *s, unsigned int port)
{
	char source[32];

	snprintf(source, sizeof(source), "10.0.0.1:%u", port);
	lab_capture_clear(s->link[0]);
	lab_capture_clear(s->link[1]);
	if (!carries(s->a, source, s->b, "10.0.0.2:7", 1000))
		return -1;
	assert_int_equal(wire_count(s->link[0], s->a, "ipv4/udp") +
			 wire_count(s->link[1], s->a, "ipv4/udp"), 1);
	return (int)wire_count(s->link[1], s->a, "ipv4/udp");
}

static void a_backup_takes_over_when_the_carrier_drops(void **state)
{
	struct bonded s;
	int first;

	make_bonded(&s, *state, BOND_MODE_ACTIVEBACKUP);
	first = way(&s, 1000);
	assert_true(first >= 0);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(way(&s, 1000 + i), first);
	lab_link_carrier(s.link[first], false);
	lab_run(*state, 300 * MS);
	assert_int_equal(way(&s, 1000), !first);
	lab_link_carrier(s.link[first], true);
	lab_run(*state, SEC);
	assert_int_equal(way(&s, 1000), !first);
	lab_link_carrier(s.link[!first], false);
	lab_run(*state, 300 * MS);
	assert_int_equal(way(&s, 1000), first);
}

static void both_links_have_one_address(void **state)
{
	struct bonded s;
	struct link_info bond, port[2];

	make_bonded(&s, *state, BOND_MODE_ACTIVEBACKUP);
	must(link_get(s.a, "bond0", &bond));
	must(link_get(s.a, "eth0", &port[0]));
	must(link_get(s.a, "eth1", &port[1]));
	assert_memory_equal(bond.mac, port[0].mac, 6);
	assert_memory_equal(bond.mac, port[1].mac, 6);
	assert_int_equal(port[1].master, bond.index);
}

static void without_any_carrier_the_bond_has_none(void **state)
{
	struct bonded s;
	struct link_info bond;

	make_bonded(&s, *state, BOND_MODE_ACTIVEBACKUP);
	lab_link_carrier(s.link[0], false);
	lab_link_carrier(s.link[1], false);
	lab_run(*state, SEC);
	must(link_get(s.a, "bond0", &bond));
	assert_int_equal(bond.operstate, 2);	/* IF_OPER_DOWN */
	assert_int_equal(way(&s, 1000), -1);
}

static void lacp_aggregates_and_spreads_flows(void **state)
{
	unsigned int used[2] = { 0, 0 };
	struct bonded s;
	char *status;

	make_bonded(&s, *state, BOND_MODE_8023AD);
	assert_true(wire_count(s.link[0], s.a, "lacp") >= 3);
	assert_true(wire_count(s.link[1], s.b, "lacp") >= 3);
	status = node_read(s.a, "/proc/net/bonding/bond0");
	assert_non_null(status);
	assert_non_null(strstr(status, "Number of ports: 2"));
	free(status);
	for (unsigned int i = 0; i < 40; i++) {
		int link = way(&s, 1000 + i);

		assert_true(link >= 0);
		used[link]++;
	}
	assert_true(used[0] > 5 && used[1] > 5);
}

static void lacp_goes_on_with_one_link(void **state)
{
	struct bonded s;

	make_bonded(&s, *state, BOND_MODE_8023AD);
	lab_link_carrier(s.link[0], false);
	lab_run(*state, 5 * SEC);
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(way(&s, 1000 + i), 1);
}

static enum lab_verdict drop_lacp(void *arg, struct lab_frame *frame)
{
	(void)arg;
	return !strcmp(frame_layers(frame->data, frame->len), "lacp") ? LAB_DROP : LAB_PASS;
}

static void a_partner_that_falls_silent_is_left_out(void **state)
{
	struct bonded s;

	make_bonded(&s, *state, BOND_MODE_8023AD);
	lab_link_hook(s.link[0], drop_lacp, NULL);
	lab_run(*state, 10 * SEC);
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(way(&s, 1000 + i), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_backup_takes_over_when_the_carrier_drops),
		lab_test(both_links_have_one_address),
		lab_test(without_any_carrier_the_bond_has_none),
		lab_test(lacp_aggregates_and_spreads_flows),
		lab_test(lacp_goes_on_with_one_link),
		lab_test(a_partner_that_falls_silent_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
