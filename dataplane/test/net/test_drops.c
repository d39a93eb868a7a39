// SPDX-License-Identifier: GPL-2.0-only
/* Where packets are lost, and why: the drop monitor by generic netlink. */
#include <errno.h>
#include <linux/net_dropmon.h>
#include <string.h>

#include "net/chain.h"
#include "net/datagram.h"
#include "support/frame.h"
#include "support/nft.h"

struct watch {
	struct lab_node *node;
	int fd;
};

static void fill_mode(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u8(nlh, NET_DM_ATTR_ALERT_MODE, NET_DM_ALERT_MODE_PACKET);
}

static void fill_software(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put(nlh, NET_DM_ATTR_SW_DROPS, 0, NULL);
}

static struct watch watch_drops(struct lab_node *node)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct watch watch = { .node = node };

	watch.fd = (int)must(sock_open(node, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC));
	must(node_call(node, SYS_bind, watch.fd, &address, sizeof(address)));
	must(sock_set_int(node, watch.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NET_DM_GRP_ALERT));
	must(genl_call(node, "NET_DM", NET_DM_CMD_CONFIG, 0, fill_mode, NULL, NULL, NULL));
	must(genl_call(node, "NET_DM", NET_DM_CMD_START, 0, fill_software, NULL, NULL, NULL));
	return watch;
}

/* Has a packet that begins with these bytes been dropped for this reason? */
static bool dropped(struct watch *watch, const char *reason, const void *start, size_t len)
{
	static char buffer[65536];
	bool found = false;
	long got;

	lab_run(lab_of(watch->node), 2 * SEC);
	while ((got = sock_recv(watch->node, watch->fd, buffer, sizeof(buffer),
				MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (void *)buffer;
		const struct nlattr *attr, *payload = NULL;
		const char *why = "";

		assert_true(mnl_nlmsg_ok(nlh, (int)got));
		mnl_attr_for_each(attr, nlh, 4) {
			if (mnl_attr_get_type(attr) == NET_DM_ATTR_REASON)
				why = mnl_attr_get_str(attr);
			if (mnl_attr_get_type(attr) == NET_DM_ATTR_PAYLOAD)
				payload = attr;
		}
		found |= !strcmp(why, reason) && payload &&
			 memmem(mnl_attr_get_payload(payload), mnl_attr_get_payload_len(payload),
				start, len);
	}
	return found;
}

static void a_datagram_that_nobody_wants_is_reported(void **state)
{
	struct datagram_error error;
	struct watch watch;
	struct chain c;

	chain_make(&c, *state, 2, NULL);
	watch = watch_drops(c.node[1]);
	assert_false(dropped(&watch, "NO_SOCKET", "", 0));
	assert_true(refused(&(struct datagram){ .from = c.node[0], .target = "10.0.0.2:7",
						.size = 100 }, &error));
	assert_true(dropped(&watch, "NO_SOCKET", DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

static void a_wrong_checksum_is_reported(void **state)
{
	static const uint8_t a[6] = { 2, 0, 0, 0, 1, 1 }, b[6] = { 2, 0, 0, 0, 2, 1 };
	uint8_t frame[128];
	struct watch watch;
	struct chain c;
	size_t len;
	int fd;

	chain_make(&c, *state, 2, NULL);
	fd = udp_socket(c.node[1], "10.0.0.2:7");
	watch = watch_drops(c.node[1]);
	len = frame_udp(frame, b, a, "10.0.0.1", 9, "10.0.0.2", 7, "damaged", 7);
	frame[len - 1] ^= 1;
	lab_inject(c.link[0], c.node[1], frame, (uint32_t)len);
	lab_run(*state, MS);
	must_fail(sock_recv(c.node[1], fd, frame, 1, MSG_DONTWAIT), EAGAIN);
	assert_true(dropped(&watch, "UDP_CSUM", "damage", 6));
}

static void a_drop_by_the_firewall_is_reported(void **state)
{
	struct watch watch;
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	nft(c.node[1], "add table ip f; "
		       "add chain ip f c { type filter hook forward priority 0; }; "
		       "add rule ip f c udp dport 7 drop");
	watch = watch_drops(c.node[1]);
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:8", 100));
	assert_false(dropped(&watch, "NETFILTER_DROP", "", 0));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 100));
	assert_true(dropped(&watch, "NETFILTER_DROP", DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

static void a_packet_without_a_route_is_reported(void **state)
{
	struct watch watch;
	struct chain c;

	chain_make(&c, *state, 3, NULL);
	watch = watch_drops(c.node[1]);
	assert_true(carries(c.node[0], NULL, c.node[2], "10.0.1.2:7", 100));
	assert_false(dropped(&watch, "IP_INNOROUTES", "", 0));
	must(addr_add(c.node[2], "left", "10.99.0.1/24"));
	assert_false(carries(c.node[0], NULL, c.node[2], "10.99.0.1:7", 100));
	assert_true(dropped(&watch, "IP_INNOROUTES", DATAGRAM_TEXT, strlen(DATAGRAM_TEXT)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(a_datagram_that_nobody_wants_is_reported),
		lab_test(a_wrong_checksum_is_reported),
		lab_test(a_drop_by_the_firewall_is_reported),
		lab_test(a_packet_without_a_route_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
