// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "nfnl.h"
#include "support/sock.h"

static char buffer[64 << 10];

int nfnl_open(struct lab_node *node)
{
	const int big = 4 << 20;
	int fd = (int)must(sock_open(node, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	must(node_call(node, SYS_bind, fd, &any, sizeof(any)));
	must(sock_set_int(node, fd, SOL_SOCKET, SO_RCVBUFFORCE, big));
	return fd;
}

void nfnl_join(struct lab_node *node, int fd, int group)
{
	must(sock_set_int(node, fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group));
}

int nfnl_send(struct lab_node *node, int fd, int subsystem, int type, uint16_t flags,
	      uint8_t family, uint16_t resource, rtnl_fill fill, void *arg)
{
	static char request[32 << 10];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct nfgenmsg *header;
	long result;

	nlh->nlmsg_type = (uint16_t)(subsystem << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	*header = (struct nfgenmsg){ .nfgen_family = family, .version = NFNETLINK_V0,
				     .res_id = htons(resource) };
	if (fill)
		fill(nlh, arg);
	result = sock_send(node, fd, nlh, nlh->nlmsg_len, 0);
	if (result < 0)
		return (int)result;
	for (;;) {
		const struct nlmsghdr *answer = (void *)buffer;

		result = sock_recv(node, fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (result < 0)
			return (int)result;
		if (answer->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(answer))->error;
	}
}

const struct nlmsghdr *nfnl_receive(struct lab_node *node, int fd)
{
	long len = sock_recv(node, fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (len < 0)
		assert_int_equal(len, -EAGAIN);
	return len < 0 ? NULL : (void *)buffer;
}

void nfnl_attrs(const struct nlmsghdr *nlh, const struct nlattr *attrs[NFNL_ATTRS])
{
	const struct nlattr *attr;

	memset(attrs, 0, NFNL_ATTRS * sizeof(attrs[0]));
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) < NFNL_ATTRS)
			attrs[mnl_attr_get_type(attr)] = attr;
}

void nfnl_nest(const struct nlattr *nest, const struct nlattr *attrs[NFNL_ATTRS])
{
	const struct nlattr *attr;

	memset(attrs, 0, NFNL_ATTRS * sizeof(attrs[0]));
	if (nest)
		mnl_attr_for_each_nested(attr, nest)
			if (mnl_attr_get_type(attr) < NFNL_ATTRS)
				attrs[mnl_attr_get_type(attr)] = attr;
}

uint32_t nfnl_be32(const struct nlattr *attr)
{
	return attr ? ntohl(mnl_attr_get_u32(attr)) : 0;
}
