// SPDX-License-Identifier: GPL-2.0-only
/* Interfaces and their addresses. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "rtnl.h"

static long interface_ioctl(struct lab_node *node, unsigned long request, const char *name,
			    struct ifreq *ifr)
{
	long fd = node_call(node, SYS_socket, AF_INET, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return fd;
	strncpy(ifr->ifr_name, name, sizeof(ifr->ifr_name) - 1);
	err = node_call(node, SYS_ioctl, fd, request, ifr);
	node_call(node, SYS_close, fd);
	return err;
}

int link_index(struct lab_node *node, const char *name)
{
	struct ifreq ifr = { 0 };
	long err = interface_ioctl(node, SIOCGIFINDEX, name, &ifr);

	return err < 0 ? (int)err : ifr.ifr_ifindex;
}

int link_switch(struct lab_node *node, const char *name, uint32_t command, bool on)
{
	struct ethtool_value value = { .cmd = command, .data = on };
	struct ifreq ifr = { .ifr_data = (void *)&value };

	return (int)interface_ioctl(node, SIOCETHTOOL, name, &ifr);
}

/* A RTM_NEWLINK to an interface that exists. */
static int change(struct lab_node *node, const char *name, unsigned int flags,
		  unsigned int mask, rtnl_fill fill, void *arg)
{
	struct ifinfomsg header = {
		.ifi_index = link_index(node, name),
		.ifi_flags = flags,
		.ifi_change = mask,
	};

	if (header.ifi_index < 0)
		return header.ifi_index;
	return rtnl_request(node, NETLINK_ROUTE, RTM_NEWLINK, 0, &header, sizeof(header), fill,
			    arg, NULL, NULL);
}

int link_up(struct lab_node *node, const char *name)
{
	return change(node, name, IFF_UP, IFF_UP, NULL, NULL);
}

int link_down(struct lab_node *node, const char *name)
{
	return change(node, name, 0, IFF_UP, NULL, NULL);
}

int link_set(struct lab_node *node, const char *name, rtnl_fill fill, void *arg)
{
	return change(node, name, 0, 0, fill, arg);
}

int link_del(struct lab_node *node, const char *name)
{
	struct ifinfomsg header = { .ifi_index = link_index(node, name) };

	if (header.ifi_index < 0)
		return header.ifi_index;
	return rtnl_request(node, NETLINK_ROUTE, RTM_DELLINK, 0, &header, sizeof(header), NULL,
			    NULL, NULL, NULL);
}

static void fill_mtu(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_MTU, *(unsigned int *)arg);
}

int link_set_mtu(struct lab_node *node, const char *name, unsigned int mtu)
{
	return link_set(node, name, fill_mtu, &mtu);
}

static void fill_mac(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, arg);
}

int link_set_mac(struct lab_node *node, const char *name, const uint8_t mac[6])
{
	return link_set(node, name, fill_mac, (void *)(uintptr_t)mac);
}

static void fill_master(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_MASTER, (uint32_t)*(int *)arg);
}

int link_set_master(struct lab_node *node, const char *name, const char *master)
{
	int index = master ? link_index(node, master) : 0;

	return index < 0 ? index : link_set(node, name, fill_master, &index);
}

struct new_link {
	const char *name, *kind;
	int lower;
	rtnl_fill fill;
	void *arg;
};

static void fill_new(struct nlmsghdr *nlh, void *arg)
{
	const struct new_link *link = arg;
	struct nlattr *info, *data;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, link->name);
	if (link->lower)
		mnl_attr_put_u32(nlh, IFLA_LINK, (uint32_t)link->lower);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, link->kind);
	if (link->fill) {
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		link->fill(nlh, link->arg);
		mnl_attr_nest_end(nlh, data);
	}
	mnl_attr_nest_end(nlh, info);
}

int link_add(struct lab_node *node, const char *name, const char *kind, const char *lower,
	     rtnl_fill fill, void *arg)
{
	struct new_link link = { name, kind, lower ? link_index(node, lower) : 0, fill, arg };
	const struct ifinfomsg header = { 0 };

	if (link.lower < 0)
		return link.lower;
	return rtnl_request(node, NETLINK_ROUTE, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header,
			    sizeof(header), fill_new, &link, NULL, NULL);
}

static void fill_slave(struct nlmsghdr *nlh, void *arg)
{
	const struct new_link *link = arg;
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO), *data;

	mnl_attr_put_strz(nlh, IFLA_INFO_SLAVE_KIND, link->kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_SLAVE_DATA);
	link->fill(nlh, link->arg);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

int link_set_slave(struct lab_node *node, const char *name, const char *kind, rtnl_fill fill,
		   void *arg)
{
	struct new_link link = { name, kind, 0, fill, arg };

	return link_set(node, name, fill_slave, &link);
}

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	strncpy(to, mnl_attr_get_str(attr), size - 1);
}

static void read_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *inner;
	struct link_info *info = arg;

	info->index = header->ifi_index;
	info->flags = header->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*header)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_text(info->name, sizeof(info->name), attr);
			break;
		case IFLA_MTU:
			info->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_MASTER:
			info->master = (int)mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK:
			info->link = (int)mnl_attr_get_u32(attr);
			break;
		case IFLA_OPERSTATE:
			info->operstate = mnl_attr_get_u8(attr);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == 6)
				memcpy(info->mac, mnl_attr_get_payload(attr), 6);
			break;
		case IFLA_STATS64:
			memcpy(&info->stats, mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr) < sizeof(info->stats) ?
			       mnl_attr_get_payload_len(attr) : sizeof(info->stats));
			break;
		case IFLA_LINKINFO:
			mnl_attr_for_each_nested(inner, attr)
				if (mnl_attr_get_type(inner) == IFLA_INFO_KIND)
					copy_text(info->kind, sizeof(info->kind), inner);
			break;
		}
	}
}

int link_get(struct lab_node *node, const char *name, struct link_info *info)
{
	const struct ifinfomsg header = { .ifi_index = link_index(node, name) };

	memset(info, 0, sizeof(*info));
	if (header.ifi_index < 0)
		return header.ifi_index;
	return rtnl_request(node, NETLINK_ROUTE, RTM_GETLINK, 0, &header, sizeof(header), NULL,
			    NULL, read_link, info);
}

struct address {
	uint8_t bytes[16];
	size_t len;
	uint32_t flags;
};

static void fill_address(struct nlmsghdr *nlh, void *arg)
{
	const struct address *address = arg;

	mnl_attr_put(nlh, IFA_LOCAL, address->len, address->bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, address->len, address->bytes);
	if (address->flags)
		mnl_attr_put_u32(nlh, IFA_FLAGS, address->flags);
}

static int address(struct lab_node *node, uint16_t type, uint16_t flags, const char *dev,
		   const char *text)
{
	struct ifaddrmsg header = { 0 };
	struct address address = { 0 };
	int index = link_index(node, dev);

	if (index < 0)
		return index;
	header.ifa_family = (uint8_t)rtnl_prefix(text, address.bytes, &header.ifa_prefixlen);
	header.ifa_index = (uint32_t)index;
	address.len = header.ifa_family == AF_INET ? 4 : 16;
	if (header.ifa_family == AF_INET6 && type == RTM_NEWADDR)
		address.flags = IFA_F_NODAD;
	return rtnl_request(node, NETLINK_ROUTE, type, flags, &header, sizeof(header),
			    fill_address, &address, NULL, NULL);
}

int addr_add(struct lab_node *node, const char *dev, const char *text)
{
	return address(node, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, dev, text);
}

int addr_del(struct lab_node *node, const char *dev, const char *text)
{
	return address(node, RTM_DELADDR, 0, dev, text);
}

void dev_setup(struct lab_node *node, const char *dev, ...)
{
	const char *text;
	va_list args;

	must(link_up(node, dev));
	va_start(args, dev);
	while ((text = va_arg(args, const char *)))
		must(addr_add(node, dev, text));
	va_end(args);
}
