// SPDX-License-Identifier: GPL-2.0-only
/* Packets that are told of: nfnetlink_log and the kernel's log. */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <string.h>

#include "bed.h"
#include "nfnl.h"

static void fill_log_bind(struct nlmsghdr *nlh, void *arg)
{
	const struct nfulnl_msg_config_cmd bind = { .command = NFULNL_CFG_CMD_BIND };
	const struct nfulnl_msg_config_mode mode = {
		.copy_range = htonl(0xffff), .copy_mode = NFULNL_COPY_PACKET,
	};

	(void)arg;
	mnl_attr_put(nlh, NFULA_CFG_CMD, sizeof(bind), &bind);
	mnl_attr_put(nlh, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(nlh, NFULA_CFG_QTHRESH, htonl(1));
}

static void logged_packets_arrive_with_prefix_and_payload(void **state)
{
	struct bed *bed = *state;
	const struct nlattr *attrs[NFNL_ATTRS];
	const struct nlmsghdr *nlh;
	int fd = nfnl_open(bed->router);
	const uint8_t *ip;

	must(nfnl_send(bed->router, fd, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_UNSPEC, 5,
		       fill_log_bind, NULL));
	nft(bed->router,
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0;"
	    "  udp dport 7 log prefix \"knock: \" group 5; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	nlh = nfnl_receive(bed->router, fd);
	assert_non_null(nlh);
	nfnl_attrs(nlh, attrs);
	assert_string_equal(mnl_attr_get_str(attrs[NFULA_PREFIX]), "knock: ");
	assert_int_equal(nfnl_be32(attrs[NFULA_IFINDEX_INDEV]), link_index(bed->router, "lan"));
	assert_int_equal(nfnl_be32(attrs[NFULA_IFINDEX_OUTDEV]), link_index(bed->router, "wan"));
	ip = mnl_attr_get_payload(attrs[NFULA_PAYLOAD]);
	assert_memory_equal(ip + 28, "probe", 5);
	assert_null(nfnl_receive(bed->router, fd));
}

static void log_without_a_group_writes_to_the_kernel_log(void **state)
{
	struct bed *bed = *state;

	nft(bed->router,
	    "table ip t {\n"
	    " chain f { type filter hook forward priority 0;"
	    "  udp dport 7 log prefix \"knock: \" level warn; }\n"
	    "}\n");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	assert_non_null(strstr(lab_node_log(bed->router), "knock: IN=lan OUT=wan"));
	assert_non_null(strstr(lab_node_log(bed->router), "SRC=10.0.1.2 DST=10.0.2.2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(logged_packets_arrive_with_prefix_and_payload),
		bed_test(log_without_a_group_writes_to_the_kernel_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
