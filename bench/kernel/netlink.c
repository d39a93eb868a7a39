// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "netlink.h"

#define MESSAGE_MAX 512

int netlink_open(struct netlink *nl, const struct stack *stack)
{
	long fd = stack_syscall(stack, SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				NETLINK_ROUTE);

	nl->stack = stack;
	nl->fd = (int)fd;
	nl->used = 0;
	nl->seq = 0;
	nl->error = fd < 0 ? (int)fd : 0;
	return nl->error;
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		stack_syscall(nl->stack, SYS_close, nl->fd);
}

/* Read answers until that to `seq`, keeping the first error. */
static void await_answer(struct netlink *nl, uint32_t seq)
{
	uint8_t answer[8192] __attribute__((aligned(8)));

	for (;;) {
		long n = stack_syscall(nl->stack, SYS_recvfrom, nl->fd, (long)answer,
				       sizeof(answer));
		const struct nlmsghdr *head = (void *)answer;

		if (n < 0) {
			nl->error = nl->error ? nl->error : (int)n;
			return;
		}
		for (; NLMSG_OK(head, (size_t)n); head = NLMSG_NEXT(head, n)) {
			const struct nlmsgerr *err = NLMSG_DATA(head);

			if (head->nlmsg_type != NLMSG_ERROR)
				continue;
			if (err->error && !nl->error)
				nl->error = err->error;
			if (head->nlmsg_seq == seq)
				return;
		}
	}
}

int netlink_flush(struct netlink *nl)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *head = (void *)nl->buffer, *last = head;
	size_t left = nl->used;
	long sent;
	int err;

	if (nl->used && !nl->error) {
		for (; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left))
			last = head;
		last->nlmsg_flags |= NLM_F_ACK;
		sent = stack_syscall(nl->stack, SYS_sendto, nl->fd, (long)nl->buffer,
				     (long)nl->used, 0, (long)&kernel, sizeof(kernel));
		if (sent < 0)
			nl->error = (int)sent;
		else
			await_answer(nl, last->nlmsg_seq);
	}
	nl->used = 0;
	err = nl->error;
	nl->error = 0;
	return err;
}

/* Start a message with a zeroed body of `size` bytes, which is returned. */
static void *message(struct netlink *nl, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *head;

	if (nl->used + MESSAGE_MAX > sizeof(nl->buffer)) {
		int err = netlink_flush(nl);

		nl->error = err;
	}
	head = (void *)(nl->buffer + nl->used);
	memset(head, 0, MESSAGE_MAX);
	head->nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_REQUEST | flags;
	head->nlmsg_seq = ++nl->seq;
	return NLMSG_DATA(head);
}

static struct nlmsghdr *current(struct netlink *nl)
{
	return (void *)(nl->buffer + nl->used);
}

static struct rtattr *attribute(struct netlink *nl, uint16_t type, const void *value, size_t size)
{
	struct nlmsghdr *head = current(nl);
	struct rtattr *at = (void *)((uint8_t *)head + NLMSG_ALIGN(head->nlmsg_len));

	at->rta_type = type;
	at->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(at), value, size);
	head->nlmsg_len = (uint32_t)(NLMSG_ALIGN(head->nlmsg_len) + RTA_ALIGN(at->rta_len));
	return at;
}

/* Close a nest: everything since `at` belongs to it. */
static void nested(struct netlink *nl, struct rtattr *at)
{
	struct nlmsghdr *head = current(nl);

	at->rta_len = (uint16_t)((uint8_t *)head + head->nlmsg_len - (uint8_t *)at);
}

/* The message is complete. Configuration goes at once, routes in bulk. */
static int finish(struct netlink *nl, bool at_once)
{
	nl->used += NLMSG_ALIGN(current(nl)->nlmsg_len);
	return at_once ? netlink_flush(nl) : nl->error;
}

static size_t address_size(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

int link_set_up(struct netlink *nl, int ifindex)
{
	struct ifinfomsg *link = message(nl, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = ifindex;
	link->ifi_flags = link->ifi_change = IFF_UP;
	return finish(nl, true);
}

int link_set_mac(struct netlink *nl, int ifindex, const uint8_t mac[6])
{
	struct ifinfomsg *link = message(nl, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = ifindex;
	attribute(nl, IFLA_ADDRESS, mac, 6);
	return finish(nl, true);
}

int link_add_veth(struct netlink *nl, const char *name, const char *peer, int peer_ns)
{
	struct rtattr *info, *data, *far;
	struct nlmsghdr *head;

	message(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	attribute(nl, IFLA_IFNAME, name, strlen(name) + 1);
	info = attribute(nl, IFLA_LINKINFO, NULL, 0);
	attribute(nl, IFLA_INFO_KIND, "veth", 5);
	data = attribute(nl, IFLA_INFO_DATA, NULL, 0);
	far = attribute(nl, VETH_INFO_PEER, NULL, 0);
	head = current(nl);
	head->nlmsg_len += sizeof(struct ifinfomsg);
	attribute(nl, IFLA_IFNAME, peer, strlen(peer) + 1);
	attribute(nl, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	nested(nl, far);
	nested(nl, data);
	nested(nl, info);
	return finish(nl, true);
}

int link_add_ifb(struct netlink *nl, const char *name, const uint8_t mac[6])
{
	struct rtattr *info;

	message(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	attribute(nl, IFLA_IFNAME, name, strlen(name) + 1);
	attribute(nl, IFLA_ADDRESS, mac, 6);
	info = attribute(nl, IFLA_LINKINFO, NULL, 0);
	attribute(nl, IFLA_INFO_KIND, "ifb", 4);
	nested(nl, info);
	return finish(nl, true);
}

int link_delete(struct netlink *nl, int ifindex)
{
	struct ifinfomsg *link = message(nl, RTM_DELLINK, 0, sizeof(*link));

	link->ifi_index = ifindex;
	return finish(nl, true);
}

int link_set_noqueue(struct netlink *nl, int ifindex)
{
	struct tcmsg *tc = message(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*tc));

	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = TC_H_ROOT;
	attribute(nl, TCA_KIND, "noqueue", 8);
	return finish(nl, true);
}

int address_add(struct netlink *nl, int ifindex, const struct address *address)
{
	struct ifaddrmsg *msg = message(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*msg));

	msg->ifa_family = address->family;
	msg->ifa_prefixlen = address->bits;
	msg->ifa_flags = address->family == AF_INET6 ? IFA_F_NODAD : 0;
	msg->ifa_index = (unsigned int)ifindex;
	attribute(nl, IFA_LOCAL, address->bytes, address_size(address));
	attribute(nl, IFA_ADDRESS, address->bytes, address_size(address));
	return finish(nl, true);
}

int neighbour_add(struct netlink *nl, int ifindex, const struct address *address,
		  const uint8_t mac[6])
{
	struct ndmsg *msg = message(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*msg));

	msg->ndm_family = address->family;
	msg->ndm_ifindex = ifindex;
	msg->ndm_state = NUD_PERMANENT;
	attribute(nl, NDA_DST, address->bytes, address_size(address));
	attribute(nl, NDA_LLADDR, mac, 6);
	return finish(nl, true);
}

static void route_message(struct netlink *nl, const struct address *prefix)
{
	struct rtmsg *msg = message(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*msg));

	msg->rtm_family = prefix->family;
	msg->rtm_dst_len = prefix->bits;
	msg->rtm_table = RT_TABLE_MAIN;
	msg->rtm_protocol = RTPROT_STATIC;
	msg->rtm_scope = RT_SCOPE_UNIVERSE;
	msg->rtm_type = RTN_UNICAST;
	attribute(nl, RTA_DST, prefix->bytes, address_size(prefix));
}

int route_add(struct netlink *nl, const struct address *prefix, const struct address *gateway,
	      int ifindex)
{
	route_message(nl, prefix);
	attribute(nl, RTA_GATEWAY, gateway->bytes, address_size(gateway));
	attribute(nl, RTA_OIF, &ifindex, sizeof(ifindex));
	return finish(nl, false);
}

int route_add_nexthop(struct netlink *nl, const struct address *prefix, uint32_t id)
{
	route_message(nl, prefix);
	attribute(nl, RTA_NH_ID, &id, sizeof(id));
	return finish(nl, false);
}

int nexthop_add(struct netlink *nl, uint32_t id, const struct address *gateway, int ifindex)
{
	struct nhmsg *msg = message(nl, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL, sizeof(*msg));

	msg->nh_family = gateway->family;
	msg->nh_protocol = RTPROT_STATIC;
	attribute(nl, NHA_ID, &id, sizeof(id));
	attribute(nl, NHA_GATEWAY, gateway->bytes, address_size(gateway));
	attribute(nl, NHA_OIF, &ifindex, sizeof(ifindex));
	return finish(nl, true);
}

int link_index(const struct stack *stack, const char *name)
{
	long fd = stack_syscall(stack, SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	long err;

	if (fd < 0)
		return (int)fd;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	err = stack_syscall(stack, SYS_ioctl, fd, SIOCGIFINDEX, (long)&request);
	stack_syscall(stack, SYS_close, fd);
	return err < 0 ? (int)err : request.ifr_ifindex;
}
