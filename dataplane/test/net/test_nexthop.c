// SPDX-License-Identifier: GPL-2.0-only
/* Next-hop objects and groups: routes follow them without being touched. */
#include <errno.h>
#include <linux/nexthop.h>

#include "net/parallel.h"

enum { NH_P0 = 1, NH_P1 = 2, NH_HOLE = 3, GROUP = 10 };

static void make_objects(struct parallel *p, struct lab *lab)
{
	parallel_make(p, lab);
	must(sysctl_set(p->r, "net.ipv4.fib_multipath_hash_policy", "1"));
	must(nexthop_add(p->r, NH_P0, &(struct route_hop){ .via = "10.0.0.2", .dev = "p0" }));
	must(nexthop_add(p->r, NH_P1, &(struct route_hop){ .via = "10.0.1.2", .dev = "p1" }));
}

static void use(struct parallel *p, uint32_t id)
{
	must(route_replace(p->r, "10.2.0.0/24", &(struct route_options){ .nexthop = id }));
}

struct group {
	uint16_t type;
	unsigned int n;
	struct nexthop_grp members[2];
	uint16_t buckets;
};

static void fill_group(struct nlmsghdr *nlh, void *arg)
{
	const struct group *group = arg;
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, NHA_ID, GROUP);
	mnl_attr_put(nlh, NHA_GROUP, group->n * sizeof(group->members[0]), group->members);
	mnl_attr_put_u16(nlh, NHA_GROUP_TYPE, group->type);
	if (!group->buckets)
		return;
	nest = mnl_attr_nest_start(nlh, NHA_RES_GROUP);
	mnl_attr_put_u16(nlh, NHA_RES_GROUP_BUCKETS, group->buckets);
	mnl_attr_put_u32(nlh, NHA_RES_GROUP_IDLE_TIMER, 1000);	/* 10 s */
	mnl_attr_nest_end(nlh, nest);
}

/* Make the group, or give it other members. */
static void set_group(struct parallel *p, const struct group *group)
{
	const struct nhmsg header = { .nh_family = AF_UNSPEC, .nh_protocol = RTPROT_STATIC };

	must(rtnl_request(p->r, NETLINK_ROUTE, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE,
			  &header, sizeof(header), fill_group, (void *)(uintptr_t)group, NULL,
			  NULL));
}

static const struct group both = { .n = 2, .members = { { .id = NH_P0 }, { .id = NH_P1 } } };
static const struct group only_p1 = { .n = 1, .members = { { .id = NH_P1 } } };

static void a_route_follows_its_next_hop(void **state)
{
	struct parallel p;

	make_objects(&p, *state);
	use(&p, NH_P0);
	assert_int_equal(parallel_flows(&p, false, 10).way[0], 10);
	use(&p, NH_P1);
	assert_int_equal(parallel_flows(&p, false, 10).way[1], 10);
}

static void a_group_spreads_flows_and_its_change_moves_them(void **state)
{
	struct parallel p;

	make_objects(&p, *state);
	set_group(&p, &both);
	use(&p, GROUP);
	assert_in_range(parallel_flows(&p, false, 60).way[0], 10, 50);
	set_group(&p, &only_p1);
	assert_int_equal(parallel_flows(&p, false, 60).way[1], 60);
	set_group(&p, &both);
	assert_in_range(parallel_flows(&p, false, 60).way[0], 10, 50);
}

static void a_next_hop_that_goes_leaves_its_groups(void **state)
{
	struct parallel p;

	make_objects(&p, *state);
	set_group(&p, &both);
	use(&p, GROUP);
	must(nexthop_del(p.r, NH_P0));
	assert_int_equal(parallel_flows(&p, false, 20).way[1], 20);
	must(nexthop_del(p.r, NH_P1));	/* the last one: the route goes too */
	assert_int_equal(parallel_flow(&p, false, 1000), -1);
	rtnl_quiet(true);
	must_fail(route_del(p.r, "10.2.0.0/24", NULL), ESRCH);
	rtnl_quiet(false);
}

static void a_blackhole_object_swallows(void **state)
{
	struct parallel p;

	make_objects(&p, *state);
	must(nexthop_add(p.r, NH_HOLE, &(struct route_hop){ 0 }));
	use(&p, NH_HOLE);
	assert_int_equal(parallel_flow(&p, false, 1000), -1);
	use(&p, NH_P0);
	assert_int_equal(parallel_flow(&p, false, 1000), 0);
}

static void a_resilient_group_leaves_busy_flows_where_they_are(void **state)
{
	struct group resilient = { .type = NEXTHOP_GRP_TYPE_RES, .n = 2, .buckets = 32,
				   .members = { { .id = NH_P0, .weight = 2 }, { .id = NH_P1 } } };
	unsigned int moved = 0;
	struct parallel p;
	int before[20];

	make_objects(&p, *state);
	set_group(&p, &resilient);
	use(&p, GROUP);
	lab_run(*state, 100 * MS);	/* use is noticed by jiffies */
	for (unsigned int i = 0; i < 20; i++)
		before[i] = parallel_flow(&p, false, 2000 + i);
	resilient.members[0].weight = 0;
	resilient.members[1].weight = 2;
	set_group(&p, &resilient);
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(parallel_flow(&p, false, 2000 + i), before[i]);

	/* Idle ones do move. */
	lab_run(*state, 30 * SEC);
	for (unsigned int i = 0; i < 20; i++)
		moved += parallel_flow(&p, false, 2000 + i) != before[i];
	assert_true(moved > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_route_follows_its_next_hop),
		lab_test(a_group_spreads_flows_and_its_change_moves_them),
		lab_test(a_next_hop_that_goes_leaves_its_groups),
		lab_test(a_blackhole_object_swallows),
		lab_test(a_resilient_group_leaves_busy_flows_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
