// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows of a port, by ioctl and by netlink. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"

static long ethtool(struct lab_node *node, const char *dev, void *command)
{
	struct ifreq ifr = { .ifr_data = command };
	int fd = udp_socket(node, NULL);
	long err;

	strcpy(ifr.ifr_name, dev);
	err = node_call(node, SYS_ioctl, fd, SIOCETHTOOL, &ifr);
	sock_close(node, fd);
	return err;
}

static void a_port_names_its_driver(void **state)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	must(ethtool(c.node[0], "right", &info));
	assert_string_equal(info.driver, "lab");
	assert_string_equal(info.bus_info, "nuse");
	assert_memory_equal(info.version, "6.12.", 5);
	assert_true(info.n_stats >= 4);
}

/* A counter of a port by its name, -1 = there is none. */
static long long counter(struct lab_node *node, const char *dev, const char *name)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ethtool_gstrings *strings;
	struct ethtool_stats *stats;
	long long value = -1;

	must(ethtool(node, dev, &info));
	strings = calloc(1, sizeof(*strings) + info.n_stats * ETH_GSTRING_LEN);
	stats = calloc(1, sizeof(*stats) + info.n_stats * sizeof(uint64_t));
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	strings->len = stats->n_stats = info.n_stats;
	stats->cmd = ETHTOOL_GSTATS;
	must(ethtool(node, dev, strings));
	must(ethtool(node, dev, stats));
	for (unsigned int i = 0; i < info.n_stats; i++)
		if (!strcmp((char *)strings->data + i * ETH_GSTRING_LEN, name))
			value = (long long)stats->data[i];
	free(strings);
	free(stats);
	return value;
}

static void its_counters_count(void **state)
{
	long long frames, bytes;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 100));
	frames = counter(c.node[1], "left", "queue_0_rx_packets");
	bytes = counter(c.node[1], "left", "queue_0_rx_bytes");
	assert_true(frames > 0);
	for (int i = 0; i < 10; i++)
		assert_true(carries(c.node[0], NULL, c.node[1], "10.0.0.2:7", 100));
	assert_int_equal(counter(c.node[1], "left", "queue_0_rx_packets"), frames + 10);
	assert_true(counter(c.node[1], "left", "queue_0_rx_bytes") >= bytes + 1420);
	assert_int_equal(counter(c.node[0], "right", "queue_0_tx_packets"),
			 lab_link_frames(c.link[0], c.node[0]));
	assert_int_equal(counter(c.node[0], "right", "no_such_counter"), -1);
}

struct asking {
	const char *dev;
	uint16_t type;			/* attribute that is looked for */
	uint32_t value;
	bool found;
};

/* ETHTOOL_A_*_HEADER is 1 in every request. */
static void fill_header(struct nlmsghdr *nlh, void *arg)
{
	const struct asking *asking = arg;
	struct nlattr *nest = mnl_attr_nest_start(nlh, 1);

	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, asking->dev);
	mnl_attr_nest_end(nlh, nest);
}

static void read_number(const struct nlmsghdr *nlh, void *arg)
{
	struct asking *asking = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, 4) {
		if (mnl_attr_get_type(attr) != asking->type)
			continue;
		asking->found = true;
		asking->value = mnl_attr_get_payload_len(attr) == 1 ? mnl_attr_get_u8(attr) :
				mnl_attr_get_u32(attr);
	}
}

static uint32_t ask(struct lab_node *node, const char *dev, uint8_t command, uint16_t type)
{
	struct asking asking = { .dev = dev, .type = type };

	must(genl_call(node, ETHTOOL_GENL_NAME, command, 0, fill_header, &asking, read_number,
		       &asking));
	assert_true(asking.found);
	return asking.value;
}

static void netlink_knows_the_link_state(void **state)
{
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_LINKSTATE_GET,
			     ETHTOOL_A_LINKSTATE_LINK), 1);
	lab_link_carrier(c.link[0], false);
	lab_run(*state, SEC);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_LINKSTATE_GET,
			     ETHTOOL_A_LINKSTATE_LINK), 0);
	lab_link_carrier(c.link[0], true);
	lab_run(*state, SEC);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_LINKSTATE_GET,
			     ETHTOOL_A_LINKSTATE_LINK), 1);
}

static void netlink_knows_speed_duplex_and_queues(void **state)
{
	const struct lab_link_options four = { .queues = 4 };
	struct chain c;

	chain_make(&c, *state, 2, &four);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_LINKMODES_GET,
			     ETHTOOL_A_LINKMODES_SPEED), 10000);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_LINKMODES_GET,
			     ETHTOOL_A_LINKMODES_DUPLEX), DUPLEX_FULL);
	assert_int_equal(ask(c.node[0], "right", ETHTOOL_MSG_CHANNELS_GET,
			     ETHTOOL_A_CHANNELS_COMBINED_COUNT), 4);
}

static void fill_sets(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *sets, *set;

	fill_header(nlh, arg);
	sets = mnl_attr_nest_start(nlh, ETHTOOL_A_STRSET_STRINGSETS);
	set = mnl_attr_nest_start(nlh, ETHTOOL_A_STRINGSETS_STRINGSET);
	mnl_attr_put_u32(nlh, ETHTOOL_A_STRINGSET_ID, ETH_SS_STATS);
	mnl_attr_nest_end(nlh, set);
	mnl_attr_nest_end(nlh, sets);
}

/* Look for text anywhere in the message: sets are deeply nested. */
static void find_text(const struct nlmsghdr *nlh, void *arg)
{
	struct asking *asking = arg;

	asking->found |= memmem(nlh, nlh->nlmsg_len, "queue_0_rx_packets", 19) != NULL;
}

static void netlink_lists_the_names_of_counters(void **state)
{
	struct asking asking = { .dev = "right" };
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	must(genl_call(c.node[0], ETHTOOL_GENL_NAME, ETHTOOL_MSG_STRSET_GET, 0, fill_sets,
		       &asking, find_text, &asking));
	assert_true(asking.found);
}

static void offloads_are_those_of_the_port(void **state)
{
	const struct lab_link_options all = { .features = LAB_SEGS | LAB_TX_CSUM | LAB_TSO };
	struct ethtool_value tso = { .cmd = ETHTOOL_GTSO };
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");

	lab_link(a, "plain", b, "plain", NULL);
	lab_link(a, "rich", b, "rich", &all);
	must(ethtool(a, "plain", &tso));
	assert_int_equal(tso.data, 0);
	tso.cmd = ETHTOOL_GTSO;
	must(ethtool(a, "rich", &tso));
	assert_int_equal(tso.data, 1);
	tso = (struct ethtool_value){ .cmd = ETHTOOL_STSO, .data = 0 };
	must(ethtool(a, "rich", &tso));
	tso.cmd = ETHTOOL_GTSO;
	must(ethtool(a, "rich", &tso));
	assert_int_equal(tso.data, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_port_names_its_driver),
		lab_test(its_counters_count),
		lab_test(netlink_knows_the_link_state),
		lab_test(netlink_knows_speed_duplex_and_queues),
		lab_test(netlink_lists_the_names_of_counters),
		lab_test(offloads_are_those_of_the_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
