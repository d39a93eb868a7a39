// SPDX-License-Identifier: GPL-2.0-only
/* Netlink: messages to a node and their answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rtnl.h"

#define REQUEST_SIZE	(64u << 10)
#define ANSWER_SIZE	(64u << 10)

static char error_text[512];
static bool silent;
static uint32_t sequence;

const char *rtnl_error(void)
{
	return error_text;
}

void rtnl_quiet(bool quiet)
{
	silent = quiet;
}

/* The text behind an error's copy of the request. */
static void keep_error(const struct nlmsghdr *nlh, const struct nlmsgerr *err)
{
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - sizeof(err->msg);
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(error_text, sizeof(error_text), "%s", mnl_attr_get_str(attr));
}

/* Go through one read's messages. 1 = more to come, else 0 or -errno. */
static int answers(const void *data, size_t size, uint32_t seq, rtnl_each each, void *arg)
{
	const struct nlmsghdr *nlh = data;
	int len = (int)size;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			keep_error(nlh, err);
			return err->error;
		}
		if (nlh->nlmsg_type == NLMSG_DONE)
			return *(const int *)mnl_nlmsg_get_payload(nlh);
		if (each)
			each(nlh, arg);
	}
	return 1;
}

static long open_socket(struct lab_node *node, int protocol)
{
	long fd = node_call(node, SYS_socket, AF_NETLINK, SOCK_RAW, protocol);
	const int one = 1;

	if (fd < 0)
		return fd;
	node_call(node, SYS_setsockopt, fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	node_call(node, SYS_setsockopt, fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one,
		  sizeof(one));
	return fd;
}

int rtnl_talk(struct lab_node *node, int protocol, struct nlmsghdr *nlh, rtnl_each each,
	      void *arg)
{
	long fd = open_socket(node, protocol), result;
	char *answer = malloc(ANSWER_SIZE);

	if (!answer)
		abort();
	error_text[0] = 0;
	nlh->nlmsg_seq = ++sequence;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	result = fd;
	if (result >= 0)
		result = node_call(node, SYS_sendto, fd, nlh, nlh->nlmsg_len, 0, NULL, 0);
	while (result > 0) {
		result = node_call(node, SYS_recvfrom, fd, answer, ANSWER_SIZE, 0, NULL, NULL);
		if (result > 0)
			result = answers(answer, (size_t)result, sequence, each, arg);
	}
	if (fd >= 0)
		node_call(node, SYS_close, fd);
	free(answer);
	if (result < 0 && !silent)
		print_error("%s: netlink message %u: %s%s%s\n", lab_node_name(node),
			    nlh->nlmsg_type, strerror((int)-result), error_text[0] ? ": " : "",
			    error_text);
	return (int)result;
}

int rtnl_request(struct lab_node *node, int protocol, uint16_t type, uint16_t flags,
		 const void *header, size_t header_len, rtnl_fill fill, void *arg,
		 rtnl_each each, void *each_arg)
{
	void *buffer = calloc(1, REQUEST_SIZE);
	struct nlmsghdr *nlh;
	int result;

	if (!buffer)
		abort();
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, header_len), header, header_len);
	if (fill)
		fill(nlh, arg);
	assert_true(nlh->nlmsg_len <= REQUEST_SIZE);
	result = rtnl_talk(node, protocol, nlh, each, each_arg);
	free(buffer);
	return result;
}

struct counting {
	rtnl_each each;
	void *arg;
	int n;
};

static void count(const struct nlmsghdr *nlh, void *arg)
{
	struct counting *counting = arg;

	counting->n++;
	if (counting->each)
		counting->each(nlh, counting->arg);
}

/* The kernel checks that the header is as long as the type wants it. */
static size_t header_length(uint16_t type)
{
	switch (type) {
	case RTM_GETLINK: return sizeof(struct ifinfomsg);
	case RTM_GETADDR: return sizeof(struct ifaddrmsg);
	case RTM_GETNEIGH: return sizeof(struct ndmsg);
	case RTM_GETQDISC: case RTM_GETTCLASS: case RTM_GETTFILTER:
		return sizeof(struct tcmsg);
	case RTM_GETNEXTHOP: return 8;	/* struct nhmsg */
	default: return sizeof(struct rtmsg);
	}
}

int rtnl_dump(struct lab_node *node, uint16_t type, int family, rtnl_each each, void *arg)
{
	struct counting counting = { .each = each, .arg = arg };
	uint8_t header[sizeof(struct tcmsg)] = { (uint8_t)family };
	int err = rtnl_request(node, NETLINK_ROUTE, type, NLM_F_DUMP, header,
			       header_length(type), NULL, NULL, count, &counting);

	return err < 0 ? err : counting.n;
}

/* --------------------------------------------------------- generic netlink */

static void fill_name(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, arg);
}

static void read_id(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(int *)arg = mnl_attr_get_u16(attr);
}

int genl_family(struct lab_node *node, const char *name)
{
	const struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	int id = -ENOENT;
	int err = rtnl_request(node, NETLINK_GENERIC, GENL_ID_CTRL, 0, &header, sizeof(header),
			       fill_name, (void *)(uintptr_t)name, read_id, &id);

	return err ? err : id;
}

int genl_call(struct lab_node *node, const char *family, uint8_t command, uint16_t flags,
	      rtnl_fill fill, void *arg, rtnl_each each, void *each_arg)
{
	const struct genlmsghdr header = { .cmd = command, .version = 1 };
	int id = genl_family(node, family);

	if (id < 0)
		return id;
	return rtnl_request(node, NETLINK_GENERIC, (uint16_t)id, flags, &header, sizeof(header),
			    fill, arg, each, each_arg);
}

int rtnl_prefix(const char *text, uint8_t address[16], uint8_t *prefix_len)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	char host[64];

	assert_true(len < sizeof(host));
	memcpy(host, text, len);
	host[len] = 0;
	memset(address, 0, 16);
	if (inet_pton(family, host, address) != 1)
		fail_msg("\"%s\" is no address", text);
	if (prefix_len)
		*prefix_len = (uint8_t)(slash ? atoi(slash + 1) : family == AF_INET ? 32 : 128);
	return family;
}
