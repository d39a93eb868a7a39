// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink: which families there are, and what they take. */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "support/rtnl.h"

/* What the control program needs. */
static const char *const wanted[] = {
	"nlctrl", "ethtool", "wireguard", "l2tp", "SEG6", "tcp_metrics", "mptcp_pm", "fou",
	"macsec", "netdev", "team", "IPVS", "batadv", "ovs_datapath", "IOAM6",
};

#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

struct families {
	unsigned int n, commands;
	unsigned int seen[WANTED];
};

static void see_family(const struct nlmsghdr *nlh, void *arg)
{
	struct families *families = arg;
	const struct nlattr *attr;

	families->n++;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OPS)
			families->commands++;
		if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_NAME)
			continue;
		for (unsigned int i = 0; i < WANTED; i++)
			families->seen[i] += !strcmp(mnl_attr_get_str(attr), wanted[i]);
	}
}

static void the_families_are_listed_each_once(void **state)
{
	const struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct lab_node *node = lab_node(*state, "a");
	struct families families = { 0 };
	unsigned int missing = 0;

	must(rtnl_request(node, NETLINK_GENERIC, GENL_ID_CTRL, NLM_F_DUMP, &header,
			  sizeof(header), NULL, NULL, see_family, &families));
	for (unsigned int i = 0; i < WANTED; i++) {
		if (families.seen[i] != 1)
			print_error("%s: %u times\n", wanted[i], families.seen[i]);
		missing += families.seen[i] != 1;
	}
	assert_int_equal(missing, 0);
	assert_true(families.n >= WANTED);
	assert_true(families.commands >= WANTED);
}

static void each_family_has_a_number_of_its_own(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	int ids[WANTED];

	for (unsigned int i = 0; i < WANTED; i++) {
		ids[i] = (int)must(genl_family(node, wanted[i]));
		for (unsigned int j = 0; j < i; j++)
			assert_int_not_equal(ids[i], ids[j]);
	}
	rtnl_quiet(true);
	must_fail(genl_family(node, "no-such-family"), ENOENT);
	rtnl_quiet(false);
}

static void fill_family(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, arg);
}

static void count_policies(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		*(unsigned int *)arg += mnl_attr_get_type(attr) == CTRL_ATTR_POLICY;
}

static void a_family_tells_its_policy(void **state)
{
	const struct genlmsghdr header = { .cmd = CTRL_CMD_GETPOLICY, .version = 1 };
	struct lab_node *node = lab_node(*state, "a");
	unsigned int policies = 0;

	must(rtnl_request(node, NETLINK_GENERIC, GENL_ID_CTRL, NLM_F_DUMP, &header,
			  sizeof(header), fill_family, "ethtool", count_policies, &policies));
	assert_true(policies > 50);
}

static void fill_bad(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, 999, *(uint32_t *)arg);
}

static void unknown_commands_and_attributes_are_refused(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	uint32_t value = 1;

	rtnl_quiet(true);
	must_fail(genl_call(node, "ethtool", 250, 0, NULL, NULL, NULL, NULL), EOPNOTSUPP);
	must_fail(genl_call(node, "ethtool", 1, 0, fill_bad, &value, NULL, NULL), EINVAL);
	rtnl_quiet(false);
	assert_true(strlen(rtnl_error()) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(the_families_are_listed_each_once),
		lab_test(each_family_has_a_number_of_its_own),
		lab_test(a_family_tells_its_policy),
		lab_test(unknown_commands_and_attributes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
