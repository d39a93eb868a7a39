// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "configure.h"
#include "netlink.h"
#include "sysctl.h"

/* 0 if `err` is, else -1 after a sentence that begins with the option. */
static int __attribute__((format(printf, 3, 4)))
check(const struct netlink *netlink, int err, const char *format, ...)
{
	char option[128];
	va_list args;

	if (err >= 0)
		return 0;
	va_start(args, format);
	vsnprintf(option, sizeof(option), format, args);
	va_end(args);
	complain("%s: %s%s%s", option, strerror(-err), *netlink->reason ? ": " : "",
		 netlink->reason);
	return -1;
}

static int add_vlans(struct netlink *netlink, const struct options *options)
{
	for (unsigned int i = 0; i < options->nr_vlans; i++) {
		const struct vlan_option *vlan = &options->vlans[i];
		int lower = netlink_index(netlink, vlan->lower);
		int err = lower < 0 ? lower :
			  netlink_vlan_add(netlink, vlan->name, lower, vlan->id);

		if (check(netlink, err, "--vlan %s=%s:%u", vlan->name, vlan->lower, vlan->id))
			return -1;
	}
	return 0;
}

/* Without a link-local address, which would take a second, it could not ask for neighbours. */
static int use_addresses_at_once(struct nuse_client *task, const char *name)
{
	char key[64];
	const struct sysctl_option sysctl = { key, "0" };

	snprintf(key, sizeof(key), "net/ipv6/conf/%s/accept_dad", name);
	return sysctl_set(task, &sysctl);
}

static int bring_up(struct netlink *netlink, const char *option, const char *name)
{
	int ifindex = netlink_index(netlink, name);
	int err = ifindex < 0 ? ifindex : netlink_link_up(netlink, ifindex);

	return check(netlink, err, "%s %s: cannot be brought up", option, name);
}

static int bring_all_up(struct netlink *netlink, const struct options *options)
{
	int err = bring_up(netlink, "interface", "lo");

	for (unsigned int i = 0; !err && i < options->nr_ports; i++)
		err = bring_up(netlink, "--port", options->ports[i].name);
	for (unsigned int i = 0; !err && i < options->nr_vlans; i++)
		err = bring_up(netlink, "--vlan", options->vlans[i].name);
	return err;
}

static int add_addresses(struct netlink *netlink, const struct options *options)
{
	for (unsigned int i = 0; i < options->nr_addresses; i++) {
		const struct address_option *address = &options->addresses[i];
		int ifindex = netlink_index(netlink, address->name);
		int err = ifindex < 0 ? ifindex :
			  netlink_address_add(netlink, ifindex, &address->address);

		if (check(netlink, err, "--addr %s=%s", address->name, address->text))
			return -1;
	}
	return 0;
}

static int add_routes(struct netlink *netlink, const struct options *options)
{
	for (unsigned int i = 0; i < options->nr_routes; i++) {
		const struct route_option *route = &options->routes[i];
		int ifindex = *route->name ? netlink_index(netlink, route->name) : 0;
		int err = ifindex < 0 ? ifindex :
			  netlink_route_add(netlink, &route->to, &route->via, ifindex);

		if (check(netlink, err, "--route %s", route->text)) {
			hint("a gateway lies in the network of some --addr, or has %%NAME behind");
			return -1;
		}
	}
	return 0;
}

static int add_neighbours(struct netlink *netlink, const struct options *options)
{
	for (unsigned int i = 0; i < options->nr_neighbours; i++) {
		const struct neighbour_option *neighbour = &options->neighbours[i];
		int ifindex = netlink_index(netlink, neighbour->name);
		int err = ifindex < 0 ? ifindex :
			  netlink_neighbour_add(netlink, ifindex, &neighbour->address,
						neighbour->mac);

		if (check(netlink, err, "--neigh %s", neighbour->text))
			return -1;
	}
	return 0;
}

/* Forwarding first: it resets what belongs to hosts, and the user has the last word. */
static int set_sysctls(struct nuse_client *task, const struct options *options)
{
	static const struct sysctl_option forwarding[] = {
		{ "net.ipv4.ip_forward", "1" },
		{ "net.ipv6.conf.all.forwarding", "1" },
	};

	for (size_t i = 0; i < sizeof(forwarding) / sizeof(forwarding[0]); i++)
		if (sysctl_set(task, &forwarding[i]))
			return -1;
	for (unsigned int i = 0; i < options->nr_ports; i++)
		if (use_addresses_at_once(task, options->ports[i].name))
			return -1;
	for (unsigned int i = 0; i < options->nr_vlans; i++)
		if (use_addresses_at_once(task, options->vlans[i].name))
			return -1;
	for (unsigned int i = 0; i < options->nr_sysctls; i++)
		if (sysctl_set(task, &options->sysctls[i]))
			return -1;
	return 0;
}

int configure(struct nuse_client *task, const struct options *options)
{
	struct netlink netlink;
	int err = netlink_open(&netlink, task);

	if (check(&netlink, err, "no netlink socket in the kernel"))
		return -1;
	err = add_vlans(&netlink, options);
	if (!err)
		err = set_sysctls(task, options);
	if (!err)
		err = bring_all_up(&netlink, options);
	if (!err)
		err = add_addresses(&netlink, options);
	if (!err)
		err = add_neighbours(&netlink, options);
	if (!err)
		err = add_routes(&netlink, options);
	netlink_close(&netlink);
	return err;
}
