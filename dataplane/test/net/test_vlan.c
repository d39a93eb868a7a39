// SPDX-License-Identifier: GPL-2.0-only
/* VLAN tags of both kinds. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_vlan.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"
#include "support/frame.h"

struct tag {
	uint16_t id, protocol;		/* protocol 0 = 802.1Q */
	bool priorities;		/* skb priority 5 becomes PCP 5 */
};

static void fill_tag(struct nlmsghdr *nlh, void *arg)
{
	const struct tag *tag = arg;
	const struct ifla_vlan_qos_mapping map = { 5, 5 };
	struct nlattr *nest;

	mnl_attr_put_u16(nlh, IFLA_VLAN_ID, tag->id);
	if (tag->protocol)
		mnl_attr_put_u16(nlh, IFLA_VLAN_PROTOCOL, htons(tag->protocol));
	if (!tag->priorities)
		return;
	nest = mnl_attr_nest_start(nlh, IFLA_VLAN_EGRESS_QOS);
	mnl_attr_put(nlh, IFLA_VLAN_QOS_MAPPING, sizeof(map), &map);
	mnl_attr_nest_end(nlh, nest);
}

static void add_vlan(struct lab_node *node, const char *name, const char *lower, struct tag tag,
		     const char *address)
{
	must(link_add(node, name, "vlan", lower, fill_tag, &tag));
	must(link_up(node, name));
	if (address)
		must(addr_add(node, name, address));
}

struct pair {
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct pair make_pair(struct lab *lab)
{
	struct pair p = { lab_node(lab, "a"), lab_node(lab, "b"), NULL };

	p.link = lab_link(p.a, "eth0", p.b, "eth0", NULL);
	lab_capture(p.link);
	must(link_up(p.a, "eth0"));
	must(link_up(p.b, "eth0"));
	return p;
}

static void a_vlan_has_its_tag_on_the_wire(void **state)
{
	struct pair p = make_pair(*state);

	add_vlan(p.a, "v10", "eth0", (struct tag){ .id = 10 }, "10.0.10.1/24");
	add_vlan(p.b, "v10", "eth0", (struct tag){ .id = 10 }, "10.0.10.2/24");
	assert_true(carries(p.a, NULL, p.b, "10.0.10.2:7", 1000));
	assert_true(carries(p.b, NULL, p.a, "10.0.10.1:7", 1472));
	assert_int_equal(wire_count(p.link, NULL, "vlan10/ipv4/udp"), 2);
	assert_int_equal(wire_count(p.link, NULL, "ipv4/udp"), 0);
	assert_int_equal(wire_first(p.link, p.b, "vlan10/ipv4/udp")->len, 1518);
}

static void vlans_do_not_hear_each_other(void **state)
{
	struct pair p = make_pair(*state);

	add_vlan(p.a, "v10", "eth0", (struct tag){ .id = 10 }, "10.0.10.1/24");
	add_vlan(p.b, "v20", "eth0", (struct tag){ .id = 20 }, "10.0.10.2/24");
	must(addr_add(p.b, "eth0", "10.0.10.3/24"));
	assert_false(carries(p.a, NULL, p.b, "10.0.10.2:7", 100));
	assert_false(carries(p.a, NULL, p.b, "10.0.10.3:7", 100));
	assert_int_equal(wire_count(p.link, p.b, "*arp"), 0);
}

static void a_service_tag_goes_around_the_tag_of_a_customer(void **state)
{
	struct pair p = make_pair(*state);
	const struct tag outer = { .id = 100, .protocol = 0x88a8 }, inner = { .id = 10 };

	add_vlan(p.a, "s100", "eth0", outer, NULL);
	add_vlan(p.a, "c10", "s100", inner, "10.0.10.1/24");
	add_vlan(p.b, "s100", "eth0", outer, NULL);
	add_vlan(p.b, "c10", "s100", inner, "10.0.10.2/24");
	assert_true(carries(p.a, NULL, p.b, "10.0.10.2:7", 1000));
	assert_int_equal(wire_count(p.link, p.a, "qinq100/vlan10/ipv4/udp"), 1);
	assert_int_equal(frame_get16(wire_last(p.link, p.a, "*udp")->data + 12), 0x88a8);
}

static void a_priority_is_written_into_the_tag(void **state)
{
	struct pair p = make_pair(*state);
	int fd;

	add_vlan(p.a, "v10", "eth0", (struct tag){ .id = 10, .priorities = true },
		 "10.0.10.1/24");
	add_vlan(p.b, "v10", "eth0", (struct tag){ .id = 10 }, "10.0.10.2/24");
	fd = udp_socket(p.a, NULL);
	must(sock_set_int(p.a, fd, SOL_SOCKET, SO_PRIORITY, 5));
	must(sock_sendto(p.a, fd, "x", 1, "10.0.10.2:7"));
	lab_run(*state, MS);
	assert_int_equal(frame_get16(wire_first(p.link, p.a, "vlan10/ipv4/udp")->data + 14),
			 5 << 13 | 10);
}

/* One link: a in VLAN 10 and b in VLAN 20 behind a bridge, the router tagged. */
static void a_router_on_a_stick_joins_two_vlans(void **state)
{
	struct lab_node *hosts[2], *sw = lab_node(*state, "switch"), *r = lab_node(*state, "r");
	struct lab_link *stick = lab_link(sw, "stick", r, "eth0", NULL);

	lab_capture(stick);
	must(link_up(sw, "stick"));
	must(link_up(r, "eth0"));
	node_forward(r);
	for (uint16_t i = 0; i < 2; i++) {
		const uint16_t id = (uint16_t)(10 + 10 * i);
		const char *names[] = { "a", "b" }, *bridges[] = { "br10", "br20" },
			   *vlans[] = { "v10", "v20" };
		const char *gateways[] = { "10.0.10.1", "10.0.20.1" };

		hosts[i] = lab_node(*state, names[i]);
		lab_link(hosts[i], "eth0", sw, names[i], NULL);
		dev_setup(hosts[i], "eth0", i ? "10.0.20.2/24" : "10.0.10.2/24", NULL);
		must(route_via(hosts[i], "default", gateways[i], "eth0"));
		add_vlan(r, vlans[i], "eth0", (struct tag){ .id = id },
			 i ? "10.0.20.1/24" : "10.0.10.1/24");
		add_vlan(sw, vlans[i], "stick", (struct tag){ .id = id }, NULL);
		must(link_add(sw, bridges[i], "bridge", NULL, NULL, NULL));
		must(link_up(sw, bridges[i]));
		must(link_up(sw, names[i]));
		must(link_set_master(sw, names[i], bridges[i]));
		must(link_set_master(sw, vlans[i], bridges[i]));
	}
	assert_true(carries(hosts[0], NULL, hosts[1], "10.0.20.2:7", 1000));
	assert_int_equal(wire_count(stick, sw, "vlan10/ipv4/udp"), 1);
	assert_int_equal(wire_count(stick, r, "vlan20/ipv4/udp"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_vlan_has_its_tag_on_the_wire),
		lab_test(vlans_do_not_hear_each_other),
		lab_test(a_service_tag_goes_around_the_tag_of_a_customer),
		lab_test(a_priority_is_written_into_the_tag),
		lab_test(a_router_on_a_stick_joins_two_vlans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
