// SPDX-License-Identifier: GPL-2.0-only
/* Finding IPv6 neighbours; duplicate addresses. */
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "net/layers.h"

struct pair {
	struct lab_node *a, *b;
	struct lab_link *link;
};

static struct pair make_pair(struct lab *lab)
{
	struct pair p = { lab_node(lab, "a"), lab_node(lab, "b"), NULL };

	p.link = lab_link(p.a, "eth0", p.b, "eth0", NULL);
	lab_capture(p.link);
	dev_setup(p.a, "eth0", "2001:db8::1/64", NULL);
	dev_setup(p.b, "eth0", "2001:db8::2/64", NULL);
	lab_run(lab, 3 * SEC);
	lab_capture_clear(p.link);
	return p;
}

static void a_neighbour_is_solicited_at_its_own_group(void **state)
{
	struct pair p = make_pair(*state);
	const struct lab_frame *ask, *answer, *packet;
	struct link_info info;

	assert_true(carries(p.a, NULL, p.b, "[2001:db8::2]:7", 100));
	ask = wire_first(p.link, p.a, "ipv6/icmp135.0");
	answer = wire_first(p.link, p.b, "ipv6/icmp136.0");
	packet = wire_first(p.link, p.a, "ipv6/udp");
	assert_memory_equal(ask->data, "\x33\x33\xff\0\0\2", 6);
	assert_int_equal(ip_header(ask)[7], 255);
	assert_true(ask->time < answer->time && answer->time < packet->time);
	must(link_get(p.b, "eth0", &info));
	assert_memory_equal(packet->data, info.mac, 6);
	assert_int_equal(neigh_state(p.a, "eth0", "2001:db8::2"), NUD_REACHABLE);
}

static void a_silent_neighbour_is_unreachable_after_three_solicitations(void **state)
{
	struct pair p = make_pair(*state);
	struct datagram_error error;

	assert_true(refused(&(struct datagram){ .from = p.a, .target = "[2001:db8::9]:7" },
			    &error));
	assert_int_equal(error.error, EHOSTUNREACH);
	assert_int_equal(wire_count(p.link, p.a, "ipv6/icmp135.0"), 3);
}

static void link_local_addresses_talk(void **state)
{
	struct pair p = make_pair(*state);

	assert_true(ping(p.a, "eth0", "fe80::ff:fe00:201", 500));
	assert_false(ping(p.a, "eth0", "fe80::ff:fe00:301", 500));
}

/* Flags of an address, -1 = it is not there. */
struct looking {
	uint8_t address[16];
	int flags;
};

static void look(const struct nlmsghdr *nlh, void *arg)
{
	struct looking *l = arg;
	const struct nlattr *attr;
	uint32_t flags = 0;
	bool mine = false;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifaddrmsg)) {
		if (mnl_attr_get_type(attr) == IFA_FLAGS)
			flags = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			mine = !memcmp(mnl_attr_get_payload(attr), l->address, 16);
	}
	if (mine)
		l->flags = (int)flags;
}

static int address_flags(struct lab_node *node, const char *address)
{
	struct looking l = { .flags = -1 };

	rtnl_prefix(address, l.address, NULL);
	must(rtnl_dump(node, RTM_GETADDR, AF_INET6, look, &l));
	return l.flags;
}

static void fill_address(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put(nlh, IFA_LOCAL, 16, arg);
}

/* As addr_add(), with duplicate detection. */
static void add_carefully(struct lab_node *node, const char *text)
{
	struct ifaddrmsg header = { .ifa_family = AF_INET6 };
	uint8_t address[16];

	rtnl_prefix(text, address, &header.ifa_prefixlen);
	header.ifa_index = (uint32_t)must(link_index(node, "eth0"));
	must(rtnl_request(node, NETLINK_ROUTE, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header,
			  sizeof(header), fill_address, address, NULL, NULL));
}

static void an_address_is_tentative_for_a_second(void **state)
{
	struct pair p = make_pair(*state);
	const struct lab_frame *probe;
	static const uint8_t none[16];

	add_carefully(p.a, "2001:db8::5/64");
	assert_true(address_flags(p.a, "2001:db8::5") & IFA_F_TENTATIVE);
	lab_run(*state, 3 * SEC);
	assert_int_equal(address_flags(p.a, "2001:db8::5") & (IFA_F_TENTATIVE | IFA_F_DADFAILED),
			 0);
	probe = wire_first(p.link, p.a, "ipv6/icmp135.0");
	assert_memory_equal(ip_header(probe) + 8, none, 16);
	assert_memory_equal(probe->data, "\x33\x33\xff\0\0\5", 6);
	assert_true(carries(p.b, NULL, p.a, "[2001:db8::5]:7", 100));
}

static void an_address_that_another_has_is_not_used(void **state)
{
	struct pair p = make_pair(*state);

	add_carefully(p.a, "2001:db8::2/64");
	lab_run(*state, 3 * SEC);
	assert_true(address_flags(p.a, "2001:db8::2") & IFA_F_DADFAILED);
	wire_first(p.link, p.b, "ipv6/icmp136.0");
	assert_non_null(strstr(lab_node_log(p.a), "duplicate address 2001:db8::2"));
	assert_true(carries(p.b, "[2001:db8::2]:9", p.a, "[2001:db8::1]:7", 100));
}

static void of_two_that_try_an_address_at_once_not_both_get_it(void **state)
{
	struct pair p = make_pair(*state);

	add_carefully(p.a, "2001:db8::6/64");
	add_carefully(p.b, "2001:db8::6/64");
	lab_run(*state, 4 * SEC);
	assert_true((address_flags(p.a, "2001:db8::6") | address_flags(p.b, "2001:db8::6")) &
		    IFA_F_DADFAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_neighbour_is_solicited_at_its_own_group),
		lab_test(a_silent_neighbour_is_unreachable_after_three_solicitations),
		lab_test(link_local_addresses_talk),
		lab_test(an_address_is_tentative_for_a_second),
		lab_test(an_address_that_another_has_is_not_used),
		lab_test(of_two_that_try_an_address_at_once_not_both_get_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
