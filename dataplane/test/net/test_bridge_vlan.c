// SPDX-License-Identifier: GPL-2.0-only
/* A bridge that knows VLANs: access ports, trunks, filtering. */
#include <linux/if_bridge.h>

#include "net/layers.h"
#include "net/switch.h"
#include "support/frame.h"

static void fill_filtering(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u8(nlh, IFLA_BR_VLAN_FILTERING, 1);
}

static void fill_vlan(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);

	mnl_attr_put(nlh, IFLA_BRIDGE_VLAN_INFO, sizeof(struct bridge_vlan_info), arg);
	mnl_attr_nest_end(nlh, nest);
}

static void change_vlan(struct lab_node *node, uint16_t type, const char *port, uint16_t id,
			uint16_t flags)
{
	struct bridge_vlan_info info = { .flags = flags, .vid = id };
	const struct ifinfomsg header = { .ifi_family = AF_BRIDGE,
					  .ifi_index = (int)must(link_index(node, port)) };

	must(rtnl_request(node, NETLINK_ROUTE, type, 0, &header, sizeof(header), fill_vlan, &info,
			  NULL, NULL));
}

/* A port for hosts that know nothing of VLANs. */
static void make_access(struct bridged *s, const char *port, uint16_t id)
{
	change_vlan(s->bridge, RTM_DELLINK, port, 1, 0);
	change_vlan(s->bridge, RTM_SETLINK, port, id,
		    BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
}

static void make_trunk(struct bridged *s, const char *port, uint16_t first, uint16_t second)
{
	change_vlan(s->bridge, RTM_DELLINK, port, 1, 0);
	change_vlan(s->bridge, RTM_SETLINK, port, first, 0);
	change_vlan(s->bridge, RTM_SETLINK, port, second, 0);
}

/* Hosts 0 and 1 in VLAN 10, host 2 in 20, host 3 on a trunk. */
static void make_vlans(struct bridged *s, struct lab *lab)
{
	bridged_make(s, lab, 4, fill_filtering, NULL);
	make_access(s, "p0", 10);
	make_access(s, "p1", 10);
	make_access(s, "p2", 20);
	make_trunk(s, "p3", 10, 20);
}

static void access_ports_of_a_vlan_reach_each_other_and_the_trunk(void **state)
{
	struct bridged s;

	make_vlans(&s, *state);
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 1 | 1u << 3);
	assert_int_equal(wire_count(s.link[1], s.bridge, "ipv4/udp"), 1);
	assert_int_equal(wire_count(s.link[3], s.bridge, "vlan10/ipv4/udp"), 1);
	assert_int_equal(bridged_reach(&s, 2, 1), 1u << 3);
	assert_int_equal(wire_count(s.link[3], s.bridge, "vlan20/ipv4/udp"), 1);
}

/* A broadcast from host 3 with a tag; the bits of links it comes out of, bare. */
static unsigned int inject_tagged(struct bridged *s, uint16_t id)
{
	uint8_t frame[64] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 5, 1, 0x81, 0 };
	unsigned int reached = 0;

	frame_put16(frame + 14, id);
	frame_put16(frame + 16, 0x9999);
	bridged_clear(s);
	lab_inject(s->link[3], s->bridge, frame, sizeof(frame));
	lab_run(s->lab, MS);
	for (unsigned int i = 0; i < s->n; i++)
		if (wire_count(s->link[i], s->bridge, "0x9999"))
			reached |= 1u << i;
	return reached;
}

static void the_tag_on_the_trunk_says_where_to(void **state)
{
	struct bridged s;

	make_vlans(&s, *state);
	assert_int_equal(inject_tagged(&s, 10), 1u << 0 | 1u << 1);
	assert_int_equal(inject_tagged(&s, 20), 1u << 2);
	assert_int_equal(inject_tagged(&s, 30), 0);
	assert_int_equal(inject_tagged(&s, 0), 0);	/* untagged: no PVID here */
}

static void addresses_are_learnt_for_each_vlan_alone(void **state)
{
	struct bridged s;

	make_vlans(&s, *state);
	bridged_reach(&s, 1, 0);		/* host 1 is known in VLAN 10 */
	assert_int_equal(bridged_reach(&s, 0, 1), 1u << 1);
	assert_int_equal(bridged_reach(&s, 2, 1), 1u << 3);
	change_vlan(s.bridge, RTM_SETLINK, "p2", 10,
		    BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
	assert_int_equal(bridged_reach(&s, 2, 1), 1u << 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(access_ports_of_a_vlan_reach_each_other_and_the_trunk),
		lab_test(the_tag_on_the_trunk_says_where_to),
		lab_test(addresses_are_learnt_for_each_vlan_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
