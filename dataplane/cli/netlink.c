// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "netlink.h"

struct message {
	struct nlmsghdr head;
	uint8_t body[496];		/* of requests, which are all small */
};

#define call(netlink, nr, ...) router_call((netlink)->task, nr, (const long[6]){ __VA_ARGS__ })

int netlink_open(struct netlink *netlink, struct nuse_client *task)
{
	int on = 1;

	*netlink = (struct netlink){ .task = task };
	netlink->fd = (int)call(netlink, SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				NETLINK_ROUTE);
	if (netlink->fd < 0)
		return netlink->fd;
	/* Sentences about errors, without the request: what is refused is still an error. */
	call(netlink, SYS_setsockopt, netlink->fd, SOL_NETLINK, NETLINK_EXT_ACK, (long)&on,
	     sizeof(on));
	call(netlink, SYS_setsockopt, netlink->fd, SOL_NETLINK, NETLINK_CAP_ACK, (long)&on,
	     sizeof(on));
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	call(netlink, SYS_close, netlink->fd);
}

int netlink_index(struct netlink *netlink, const char *name)
{
	struct ifreq ifr = { 0 };
	long fd = call(netlink, SYS_socket, AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return (int)fd;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	err = call(netlink, SYS_ioctl, fd, SIOCGIFINDEX, (long)&ifr);
	call(netlink, SYS_close, fd);
	return err < 0 ? (int)err : ifr.ifr_ifindex;
}

/* Begin a request; its fixed part, zeroed, is returned. */
static void *begin(struct message *message, uint16_t type, uint16_t flags, size_t size)
{
	memset(message, 0, sizeof(*message));
	message->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	message->head.nlmsg_type = type;
	message->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	return NLMSG_DATA(&message->head);
}

static struct rtattr *put(struct message *message, uint16_t type, const void *value, size_t size)
{
	uint8_t *end = (uint8_t *)message + NLMSG_ALIGN(message->head.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)end;

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attribute), value, size);
	message->head.nlmsg_len = (uint32_t)(end - (uint8_t *)message + RTA_SPACE(size));
	return attribute;
}

/* All that was put since `nest` lies in it. */
static void close_nest(struct message *message, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((uint8_t *)message + message->head.nlmsg_len - (uint8_t *)nest);
}

/* The sentence in an answer, if there is one: behind the request's header. */
static void note_reason(struct netlink *netlink, const struct nlmsghdr *answer)
{
	const struct nlmsgerr *error = NLMSG_DATA(answer);
	const struct rtattr *attribute = (const void *)(error + 1);
	int left = (int)(answer->nlmsg_len - NLMSG_LENGTH(sizeof(*error)));

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == NLMSGERR_ATTR_MSG)
			snprintf(netlink->reason, sizeof(netlink->reason), "%.*s",
				 (int)RTA_PAYLOAD(attribute), (const char *)RTA_DATA(attribute));
}

static int ask(struct netlink *netlink, struct message *message)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint8_t answer[1024] __attribute__((aligned(8)));
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	long n;

	netlink->reason[0] = 0;
	message->head.nlmsg_seq = ++netlink->sequence;
	n = call(netlink, SYS_sendto, netlink->fd, (long)message, message->head.nlmsg_len, 0,
		 (long)&kernel, sizeof(kernel));
	if (n < 0)
		return (int)n;
	n = call(netlink, SYS_recvfrom, netlink->fd, (long)answer, sizeof(answer), 0, 0, 0);
	if (n < 0)
		return (int)n;
	if (!NLMSG_OK(head, (size_t)n) || head->nlmsg_type != NLMSG_ERROR ||
	    head->nlmsg_seq != netlink->sequence)
		return -EPROTO;
	if (error->error)
		note_reason(netlink, head);
	return error->error;
}

int netlink_link_up(struct netlink *netlink, int ifindex)
{
	struct message message;
	struct ifinfomsg *link = begin(&message, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = ifindex;
	link->ifi_flags = link->ifi_change = IFF_UP;
	return ask(netlink, &message);
}

int netlink_vlan_add(struct netlink *netlink, const char *name, int lower, uint16_t id)
{
	struct message message;
	struct rtattr *info, *vlan;

	begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	put(&message, IFLA_IFNAME, name, strlen(name) + 1);
	put(&message, IFLA_LINK, &lower, sizeof(lower));
	info = put(&message, IFLA_LINKINFO, NULL, 0);
	put(&message, IFLA_INFO_KIND, "vlan", sizeof("vlan"));
	vlan = put(&message, IFLA_INFO_DATA, NULL, 0);
	put(&message, IFLA_VLAN_ID, &id, sizeof(id));
	close_nest(&message, vlan);
	close_nest(&message, info);
	return ask(netlink, &message);
}

int netlink_address_add(struct netlink *netlink, int ifindex, const struct prefix *address)
{
	struct message message;
	struct ifaddrmsg *body = begin(&message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
				       sizeof(*body));

	body->ifa_family = address->family;
	body->ifa_prefixlen = address->bits;
	body->ifa_index = (uint32_t)ifindex;
	body->ifa_flags = address->family == AF_INET6 ? IFA_F_NODAD : 0;
	put(&message, IFA_LOCAL, address->bytes, prefix_size(address));
	put(&message, IFA_ADDRESS, address->bytes, prefix_size(address));
	return ask(netlink, &message);
}

static void put_gateway(struct message *message, const struct prefix *to, const struct prefix *via)
{
	struct {
		uint16_t family;
		uint8_t bytes[16];
	} other = { .family = via->family };

	if (via->family == to->family) {
		put(message, RTA_GATEWAY, via->bytes, prefix_size(via));
		return;
	}
	memcpy(other.bytes, via->bytes, sizeof(other.bytes));
	put(message, RTA_VIA, &other, sizeof(other.family) + prefix_size(via));
}

int netlink_route_add(struct netlink *netlink, const struct prefix *to, const struct prefix *via,
		      int ifindex)
{
	struct message message;
	struct rtmsg *route = begin(&message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
				    sizeof(*route));

	route->rtm_family = to->family;
	route->rtm_dst_len = to->bits;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	if (to->bits)
		put(&message, RTA_DST, to->bytes, prefix_size(to));
	put_gateway(&message, to, via);
	if (ifindex)
		put(&message, RTA_OIF, &ifindex, sizeof(ifindex));
	return ask(netlink, &message);
}

int netlink_neighbour_add(struct netlink *netlink, int ifindex, const struct prefix *address,
			  const uint8_t mac[6])
{
	struct message message;
	struct ndmsg *neighbour = begin(&message, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL,
					sizeof(*neighbour));

	neighbour->ndm_family = address->family;
	neighbour->ndm_ifindex = ifindex;
	neighbour->ndm_state = NUD_PERMANENT;
	put(&message, NDA_DST, address->bytes, prefix_size(address));
	put(&message, NDA_LLADDR, mac, 6);
	return ask(netlink, &message);
}
