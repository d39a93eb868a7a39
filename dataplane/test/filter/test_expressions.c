// SPDX-License-Identifier: GPL-2.0-only
/* Every expression and object of nf_tables that the configuration has can be made. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdio.h>
#include <string.h>

#include "bed.h"
#include "nft_raw.h"

/* Newer than some systems' headers: nft_inner_*, nft_tunnel_attributes. */
enum { INNER_NUM = 1, INNER_TYPE, INNER_FLAGS, INNER_HDRSIZE, INNER_EXPR };
enum { INNER_VXLAN = 1, INNER_ALL = 0xf };

static const char *const wanted[] = {
	"bitwise", "byteorder", "cmp", "connlimit", "counter", "ct", "dup", "dynset", "exthdr",
	"fib", "flow_offload", "fwd", "hash", "immediate", "inner", "last", "limit", "log",
	"lookup", "masq", "match", "meta", "nat", "notrack", "numgen", "objref", "osf",
	"payload", "queue", "quota", "range", "redir", "reject", "rt", "socket", "synproxy",
	"target", "tproxy", "tunnel", "xfrm",
};

#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

static const char base[] =
	"table inet t {\n"
	" set seen { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1m; }\n"
	" counter c { }\n"
	" quota q { 1 mbytes }\n"
	" limit l { rate 5/second }\n"
	" synproxy s { mss 1460; wscale 7; timestamp sack-perm; }\n"
	" ct helper h { type \"ftp\" protocol tcp; }\n"
	" ct timeout o { protocol tcp; l3proto ip; policy = { established : 100 }; }\n"
	" ct expectation e { protocol tcp; dport 9; timeout 10s; size 2; l3proto ip; }\n"
	" flowtable f { hook ingress priority 0; devices = { lan, wan }; }\n"
	" chain raw { type filter hook prerouting priority raw; }\n"
	" chain pre { type filter hook prerouting priority mangle; }\n"
	" chain dstnat { type nat hook prerouting priority dstnat; }\n"
	" chain input { type filter hook input priority 0; }\n"
	" chain forward { type filter hook forward priority 0; }\n"
	" chain route { type route hook output priority 0; }\n"
	" chain srcnat { type nat hook postrouting priority srcnat; }\n"
	"}\n"
	"table netdev n {\n"
	" chain in { type filter hook ingress device \"lan\" priority 0; }\n"
	"}\n"
	"table bridge b {\n"
	" chain pre { type filter hook prerouting priority 0; }\n"
	" chain forward { type filter hook forward priority 0; }\n"
	"}\n"
	"table ip4only {\n"
	" chain forward { type filter hook forward priority 0; }\n"
	"}\n";

/* Where, and what. */
static const char *const rules[] = {
	"inet t raw notrack",
	"inet t raw fib saddr . iif oif missing drop",
	"inet t pre tcp dport 1 tproxy ip to :1000",
	"inet t pre tcp dport 1 tproxy ip6 to [::1]:1000",
	"inet t pre socket transparent 1 socket mark 0 accept",
	"inet t pre osf name \"Linux\"",
	"inet t pre ipsec in reqid 1 drop",
	"inet t dstnat tcp dport 2 dnat ip to 10.0.0.1:3",
	"inet t dstnat tcp dport 2 redirect to :3",
	"inet t srcnat masquerade random",
	"inet t srcnat ip saddr 10.0.0.0/24 snat ip to 10.1.1.1-10.1.1.9 persistent",
	"inet t input tcp dport 4 ct state invalid,untracked synproxy mss 1460 wscale 7 sack-perm",
	"inet t input tcp dport 5 synproxy name \"s\"",
	"inet t forward meta length 40-100 meta mark 1-10 accept",
	"inet t forward tcp dport != 10-20 accept",
	"inet t forward ct mark set ct mark & 0xff or 0x100",
	"inet t forward meta mark set meta mark << 8",
	"inet t forward tcp dport { 1, 2, 3 } ct count over 5 drop",
	"inet t forward add @seen { ip saddr limit rate 1/second }",
	"inet t forward ip6 nexthdr 6 exthdr frag exists drop",
	"inet t forward ip option rr exists drop",
	"inet t forward tcp option maxseg size set rt mtu",
	"inet t forward rt classid 1 rt ip nexthop 10.0.0.1",
	"inet t forward numgen random mod 4 2 drop",
	"inet t forward meta mark set jhash ip saddr mod 4 seed 0x1",
	"inet t forward meta mark set symhash mod 4",
	"inet t forward limit rate over 1 mbytes/second drop",
	"inet t forward limit name \"l\" quota over 5 kbytes drop",
	"inet t forward quota name \"q\" counter name \"c\"",
	"inet t forward tcp dport 6 ct helper set \"h\" ct timeout set \"o\"",
	"inet t forward tcp dport 6 ct expectation set \"e\"",
	"inet t forward log prefix \"x\" level debug flags all",
	"inet t forward log group 3 snaplen 100 queue-threshold 2",
	"inet t forward queue flags bypass,fanout to 1-3",
	"inet t forward meta l4proto tcp flow add @f",
	"inet t forward reject with icmpx no-route",
	"inet t forward ct label set 5 ct packets > 10 ct bytes > 5 ct avgpkt > 3",
	"inet t forward meta time > \"2000-01-01\" meta hour \"00:00\"-\"23:59\"",
	"inet t forward meta cgroup 1 meta priority set 1:2 meta random 5",
	"inet t forward @nh,8,8 set 0",
	"inet t forward sctp chunk data exists drop",
	"inet t forward dccp type request drop",
	"inet t route counter meta mark set 4",
	"ip ip4only forward dup to 10.0.0.1 device \"wan\"",
	"ip ip4only forward reject with icmp host-unreachable",
	"netdev n in ip daddr 10.9.9.9 fwd to \"wan\"",
	"netdev n in ip daddr 10.9.9.9 dup to \"wan\"",
	"netdev n in ip daddr 10.9.9.9 reject",
	"netdev n in fib daddr type broadcast drop",
	"bridge b forward meta ibrname \"br0\" meta obrname \"br0\" vlan id 5 vlan pcp 1 drop",
	"bridge b pre ether type ip reject with icmp host-prohibited",
	"bridge b pre meta ibrpvid 5 drop",
};

static void fill_inner(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *expr, *data;

	(void)arg;
	mnl_attr_put_u32(nlh, INNER_NUM, 0);
	mnl_attr_put_u32(nlh, INNER_TYPE, htonl(INNER_VXLAN));
	mnl_attr_put_u32(nlh, INNER_FLAGS, htonl(INNER_ALL));
	mnl_attr_put_u32(nlh, INNER_HDRSIZE, htonl(8));
	expr = mnl_attr_nest_start(nlh, INNER_EXPR);
	mnl_attr_put_strz(nlh, NFTA_EXPR_NAME, "payload");
	data = mnl_attr_nest_start(nlh, NFTA_EXPR_DATA);
	mnl_attr_put_u32(nlh, NFTA_PAYLOAD_DREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(nlh, NFTA_PAYLOAD_BASE, htonl(NFT_PAYLOAD_NETWORK_HEADER));
	mnl_attr_put_u32(nlh, NFTA_PAYLOAD_OFFSET, htonl(12));
	mnl_attr_put_u32(nlh, NFTA_PAYLOAD_LEN, htonl(4));
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, expr);
}

static void fill_tunnel(struct nlmsghdr *nlh, void *arg)
{
	(void)arg;
	mnl_attr_put_u32(nlh, NFTA_TUNNEL_KEY, htonl(NFT_TUNNEL_ID));
	mnl_attr_put_u32(nlh, NFTA_TUNNEL_DREG, htonl(NFT_REG_1));
}

/* iptables' "-m comment" and "-j MARK", by nft_compat. */
static void fill_match(struct nlmsghdr *nlh, void *arg)
{
	char comment[256] = "by nft_compat";

	(void)arg;
	mnl_attr_put_strz(nlh, NFTA_MATCH_NAME, "comment");
	mnl_attr_put_u32(nlh, NFTA_MATCH_REV, htonl(0));
	mnl_attr_put(nlh, NFTA_MATCH_INFO, sizeof(comment), comment);
}

static void fill_target(struct nlmsghdr *nlh, void *arg)
{
	const uint32_t mark[2] = { 1, 0xff };

	(void)arg;
	mnl_attr_put_strz(nlh, NFTA_TARGET_NAME, "MARK");
	mnl_attr_put_u32(nlh, NFTA_TARGET_REV, htonl(2));
	mnl_attr_put(nlh, NFTA_TARGET_INFO, sizeof(mark), mark);
}

static void fill_tunnel_object(struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *data, *ip;

	(void)arg;
	mnl_attr_put_strz(nlh, NFTA_OBJ_TABLE, "n");
	mnl_attr_put_strz(nlh, NFTA_OBJ_NAME, "way");
	mnl_attr_put_u32(nlh, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_TUNNEL));
	data = mnl_attr_nest_start(nlh, NFTA_OBJ_DATA);
	mnl_attr_put_u32(nlh, NFTA_TUNNEL_KEY_ID, htonl(5));
	ip = mnl_attr_nest_start(nlh, NFTA_TUNNEL_KEY_IP);
	mnl_attr_put_u32(nlh, NFTA_TUNNEL_KEY_IP_DST, htonl(0x0a000202));
	mnl_attr_nest_end(nlh, ip);
	mnl_attr_nest_end(nlh, data);
}

static void tick_off(const char *name, void *arg)
{
	bool *found = arg;

	for (size_t i = 0; i < WANTED; i++)
		found[i] |= !strcmp(name, wanted[i]);
}

static void every_expression_of_the_configuration_can_be_used(void **state)
{
	struct bed *bed = *state;
	bool found[WANTED] = { false };
	char command[256];
	int missing = 0;

	nft(bed->router, "%s", base);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		snprintf(command, sizeof(command), "add rule %s", rules[i]);
		if (nft_run(bed->router, command)) {
			print_error("%s\n%s\n", command, nft_error());
			missing++;
		}
	}
	must(nft_expr_add(bed->router, NFPROTO_INET, "t", "forward", "last", NULL, NULL));
	must(nft_expr_add(bed->router, NFPROTO_INET, "t", "forward", "inner", fill_inner, NULL));
	must(nft_expr_add(bed->router, NFPROTO_NETDEV, "n", "in", "tunnel", fill_tunnel, NULL));
	must(nft_expr_add(bed->router, NFPROTO_IPV4, "ip4only", "forward", "match", fill_match,
			  NULL));
	must(nft_expr_add(bed->router, NFPROTO_IPV4, "ip4only", "forward", "target", fill_target,
			  NULL));
	must(nft_transact(bed->router, NFT_MSG_NEWOBJ, NFPROTO_NETDEV, fill_tunnel_object, NULL));
	nft_expr_names(bed->router, tick_off, found);
	for (size_t i = 0; i < WANTED; i++) {
		if (!found[i])
			print_error("no rule uses \"%s\"\n", wanted[i]);
		missing += !found[i];
	}
	assert_int_equal(missing, 0);
	/* Packets go through all of it, and nothing is left of it afterwards. */
	udp_passes(bed->left, bed->right, "10.0.2.2:7");
	udp_passes(bed->left, bed->right, "[2001:db8:2::2]:7");
	nft(bed->router, "flush ruleset");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(every_expression_of_the_configuration_can_be_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
