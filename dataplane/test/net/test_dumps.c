// SPDX-License-Identifier: GPL-2.0-only
/* Large tables through netlink: complete, in order, nothing twice. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/rtnl.h"
#include "support/sock.h"

#define ROUTES 10000
#define TABLE 1234

/* Add routes 0 to n - 1 by messages sent a hundred at a time. */
static void add_routes(struct lab_node *node, int family, unsigned int n)
{
	char *batch = calloc(1, 1 << 16), answer[4096];
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint32_t dev = (uint32_t)must(link_index(node, "dummy0"));
	long fd = must(sock_open(node, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	size_t used = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(batch + used);
		struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
		uint8_t prefix[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, (uint8_t)(i >> 8), (uint8_t)i };

		if (family == AF_INET)
			memcpy(prefix, (uint8_t[]){ 20, (uint8_t)(i >> 8), (uint8_t)i, 0 }, 4);
		nlh->nlmsg_type = RTM_NEWROUTE;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;
		rtm->rtm_family = (uint8_t)family;
		rtm->rtm_dst_len = family == AF_INET ? 24 : 64;
		rtm->rtm_type = RTN_UNICAST;
		rtm->rtm_protocol = RTPROT_STATIC;
		rtm->rtm_scope = RT_SCOPE_LINK;
		mnl_attr_put(nlh, RTA_DST, family == AF_INET ? 4 : 16, prefix);
		mnl_attr_put_u32(nlh, RTA_OIF, dev);
		mnl_attr_put_u32(nlh, RTA_TABLE, TABLE);
		used += MNL_ALIGN(nlh->nlmsg_len);
		if (i % 100 != 99 && i + 1 != n)
			continue;
		assert_int_equal(node_call(node, SYS_sendto, fd, batch, used, 0, &kernel,
					   sizeof(kernel)), used);
		memset(batch, 0, used);
		used = 0;
	}
	must_fail(sock_recv(node, (int)fd, answer, sizeof(answer), MSG_DONTWAIT), EAGAIN);
	sock_close(node, (int)fd);
	free(batch);
}

struct seen {
	int family;
	unsigned int n, disordered, foreign;
	unsigned int next;		/* number that ought to come */
};

static void see(const struct nlmsghdr *nlh, void *arg)
{
	const uint8_t *prefix = NULL;
	const struct nlattr *attr;
	struct seen *seen = arg;
	uint32_t table = 0;
	unsigned int number;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		if (mnl_attr_get_type(attr) == RTA_DST)
			prefix = mnl_attr_get_payload(attr);
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			table = mnl_attr_get_u32(attr);
	}
	if (table != TABLE || !prefix) {
		seen->foreign++;
		return;
	}
	number = seen->family == AF_INET ? prefix[1] << 8 | prefix[2] : prefix[6] << 8 | prefix[7];
	seen->disordered += number != seen->next;
	seen->next = number + 1;
	seen->n++;
}

static void assert_all_routes(struct lab *lab, int family)
{
	struct lab_node *node = lab_node(lab, "a");
	struct seen seen = { .family = family };
	int before, all;

	must(link_add(node, "dummy0", "dummy", NULL, NULL, NULL));
	must(link_up(node, "dummy0"));
	lab_run(lab, 3 * SEC);
	before = (int)must(rtnl_dump(node, RTM_GETROUTE, family, NULL, NULL));
	add_routes(node, family, ROUTES);
	all = (int)must(rtnl_dump(node, RTM_GETROUTE, family, see, &seen));
	assert_int_equal(seen.n, ROUTES);
	assert_int_equal(seen.disordered, 0);
	assert_int_equal(all, before + ROUTES);
	assert_int_equal(seen.foreign, before);
}

static void ten_thousand_ipv4_routes_are_all_there_in_order(void **state)
{
	assert_all_routes(*state, AF_INET);
}

static void ten_thousand_ipv6_routes_are_all_there_in_order(void **state)
{
	assert_all_routes(*state, AF_INET6);
}

static void a_device_that_goes_takes_its_routes_along(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	int before;

	must(link_add(node, "dummy0", "dummy", NULL, NULL, NULL));
	before = (int)must(rtnl_dump(node, RTM_GETROUTE, AF_INET, NULL, NULL));
	must(link_up(node, "dummy0"));
	add_routes(node, AF_INET, ROUTES);
	must(link_del(node, "dummy0"));
	assert_int_equal(rtnl_dump(node, RTM_GETROUTE, AF_INET, NULL, NULL), before);
}

static void a_thousand_links_and_their_addresses_are_listed(void **state)
{
	struct lab_node_options options = { .ram = 256ull << 20 };
	struct lab_node *node = lab_node_with(*state, "a", &options);
	char name[16], address[32];
	int links = (int)must(rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL));
	int addresses = (int)must(rtnl_dump(node, RTM_GETADDR, AF_INET, NULL, NULL));

	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		snprintf(address, sizeof(address), "10.%u.%u.1/24", i >> 8, i & 255);
		must(link_add(node, name, "dummy", NULL, NULL, NULL));
		must(addr_add(node, name, address));
	}
	assert_int_equal(rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL), links + 1000);
	assert_int_equal(rtnl_dump(node, RTM_GETADDR, AF_INET, NULL, NULL), addresses + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(ten_thousand_ipv4_routes_are_all_there_in_order),
		lab_test(ten_thousand_ipv6_routes_are_all_there_in_order),
		lab_test(a_device_that_goes_takes_its_routes_along),
		lab_test(a_thousand_links_and_their_addresses_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
