// SPDX-License-Identifier: GPL-2.0-only
/* Asking the kernel for its page pools: generic netlink, family "netdev". */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "pools.h"

#define NETDEV_CMD_PAGE_POOL_GET 5	/* linux/netdev.h */

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	struct nlattr attr;
	char name[16];
};

/* Send a request; `each` sees the messages of the answer. How many there were. */
static int ask(struct nuse_instance *inst, const void *request, size_t len,
	       void (*each)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	long fd = kit_call(inst, SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	char answer[16384] __attribute__((aligned(8)));
	bool dump = ((const struct nlmsghdr *)request)->nlmsg_flags & NLM_F_DUMP, more = true;
	int messages = 0;

	assert_true(fd >= 0);
	assert_int_equal(kit_call(inst, SYS_sendto, fd, request, len, 0, &kernel, sizeof(kernel)),
			 len);
	while (more) {
		long got = kit_call(inst, SYS_recvfrom, fd, answer, sizeof(answer), MSG_DONTWAIT, 0, 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)answer;

		assert_true(got > 0);
		more = dump;
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				more = false;
			assert_int_not_equal(nlh->nlmsg_type, NLMSG_ERROR);
			if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
				continue;
			messages++;
			if (each)
				each(nlh, arg);
		}
	}
	kit_call(inst, SYS_close, fd);
	return messages;
}

static void take_family(const struct nlmsghdr *nlh, void *arg)
{
	const char *at = (const char *)nlh + NLMSG_LENGTH(GENL_HDRLEN);
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	while (at < end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(arg, attr + 1, sizeof(uint16_t));
		at += NLA_ALIGN(attr->nla_len);
	}
}

int pools_count(struct nuse_instance *inst)
{
	struct request request = {
		.nlh = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST },
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { .nla_len = NLA_HDRLEN + sizeof("netdev"),
			  .nla_type = CTRL_ATTR_FAMILY_NAME },
		.name = "netdev",
	};
	uint16_t family = 0;

	request.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(request.attr.nla_len);
	assert_int_equal(ask(inst, &request, request.nlh.nlmsg_len, take_family, &family), 1);
	assert_true(family);
	request.nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
					 .nlmsg_type = family,
					 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP };
	request.genl.cmd = NETDEV_CMD_PAGE_POOL_GET;
	return ask(inst, &request, request.nlh.nlmsg_len, NULL, NULL);
}
