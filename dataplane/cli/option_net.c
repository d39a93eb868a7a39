// SPDX-License-Identifier: GPL-2.0-only
/* Options about addresses, routes, neighbours, VLANs and sysctls. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "options.h"

static bool is_port(const struct options *options, const char *name)
{
	for (unsigned int i = 0; i < options->nr_ports; i++)
		if (!strcmp(options->ports[i].name, name))
			return true;
	return false;
}

int option_vlan(struct options *options, char *value)
{
	struct vlan_option *vlan = &options->vlans[options->nr_vlans];
	unsigned int id;
	char *colon;

	if (!option_room("vlan", options->nr_vlans))
		return EXIT_USAGE;
	value = option_split("vlan", value, "a.10=a:10", vlan->name);
	if (!value)
		return EXIT_USAGE;
	colon = strchr(value, ':');
	if (!colon || colon - value >= NAME_SIZE || !number_parse(colon + 1, 1, 4094, &id)) {
		complain("--vlan %s=%s: not of the form NAME=PORT:ID, with an ID from 1 to 4094",
			 vlan->name, value);
		return EXIT_USAGE;
	}
	memcpy(vlan->lower, value, (size_t)(colon - value));
	vlan->lower[colon - value] = 0;
	vlan->id = (uint16_t)id;
	if (is_port(options, vlan->name)) {
		complain("--vlan %s: a port has that name", vlan->name);
		return EXIT_USAGE;
	}
	if (!option_find_port(options, "vlan", vlan->lower))
		return EXIT_USAGE;
	options->nr_vlans++;
	return 0;
}

int option_address(struct options *options, char *value)
{
	struct address_option *address = &options->addresses[options->nr_addresses];

	if (!option_room("addr", options->nr_addresses))
		return EXIT_USAGE;
	value = option_split("addr", value, "a=10.0.0.1/24", address->name);
	if (!value || !option_has_interface(options, "addr", address->name))
		return EXIT_USAGE;
	if (!prefix_parse(value, &address->address)) {
		complain("--addr %s=%s: not an address with the length of its prefix",
			 address->name, value);
		hint("10.0.0.1/24 or 2001:db8::1/64");
		return EXIT_USAGE;
	}
	address->text = value;
	options->nr_addresses++;
	return 0;
}

static int refuse_route(const char *text, const char *reason)
{
	complain("--route %s: %s", text, reason);
	hint("--route 192.0.2.0/24=10.0.1.2, or --route default=fe80::1%%b");
	return EXIT_USAGE;
}

/* The gateway, with the interface behind a percent sign, as in fe80::1%b. */
static int parse_gateway(const struct options *options, struct route_option *route, char *gateway)
{
	char *percent = strchr(gateway, '%');

	if (percent) {
		if (strlen(percent + 1) >= NAME_SIZE)
			return refuse_route(route->text, "there is no such interface");
		snprintf(route->name, sizeof(route->name), "%s", percent + 1);
		if (!option_has_interface(options, "route", route->name))
			return EXIT_USAGE;
		*percent = 0;
	}
	if (strchr(gateway, '/') || !prefix_parse(gateway, &route->via))
		return refuse_route(route->text, "its gateway is not an address");
	return 0;
}

int option_route(struct options *options, char *value)
{
	struct route_option *route = &options->routes[options->nr_routes];
	char *equals = strchr(value, '=');

	if (!option_room("route", options->nr_routes))
		return EXIT_USAGE;
	memset(route, 0, sizeof(*route));
	route->text = strdup(value);
	if (!route->text || !equals)
		return refuse_route(value, "not of the form NETWORK=GATEWAY");
	*equals = 0;
	if (parse_gateway(options, route, equals + 1))
		return EXIT_USAGE;
	if (!strcmp(value, "default"))
		route->to.family = route->via.family;
	else if (!prefix_parse(value, &route->to))
		return refuse_route(route->text, "its destination is not a network");
	if (!prefix_is_network(&route->to))
		return refuse_route(route->text, "its destination has bits set behind the prefix");
	if (route->to.family == AF_INET6 && route->via.family == AF_INET)
		return refuse_route(route->text, "IPv6 cannot go by an IPv4 gateway");
	options->nr_routes++;
	return 0;
}

int option_neighbour(struct options *options, char *value)
{
	struct neighbour_option *neighbour = &options->neighbours[options->nr_neighbours];
	char *comma, *address;

	if (!option_room("neigh", options->nr_neighbours))
		return EXIT_USAGE;
	neighbour->text = strdup(value);
	value = option_split("neigh", value, "a=10.0.0.2,02:00:00:00:00:01", neighbour->name);
	if (!value || !neighbour->text ||
	    !option_has_interface(options, "neigh", neighbour->name))
		return EXIT_USAGE;
	address = value;
	comma = strchr(value, ',');
	if (comma)
		*comma = 0;
	if (!comma || strchr(address, '/') || !prefix_parse(address, &neighbour->address) ||
	    !mac_parse(comma + 1, neighbour->mac)) {
		complain("--neigh %s: not of the form NAME=ADDRESS,MAC", neighbour->text);
		hint("--neigh a=10.0.0.2,02:00:00:00:00:01");
		return EXIT_USAGE;
	}
	options->nr_neighbours++;
	return 0;
}

int option_sysctl(struct options *options, char *value)
{
	struct sysctl_option *sysctl = &options->sysctls[options->nr_sysctls];
	char *equals = strchr(value, '=');

	if (!option_room("sysctl", options->nr_sysctls))
		return EXIT_USAGE;
	if (!equals || equals == value || strstr(value, "..")) {
		complain("--sysctl %s: not of the form KEY=VALUE", value);
		hint("--sysctl net.ipv4.conf.all.rp_filter=1");
		return EXIT_USAGE;
	}
	*equals = 0;
	sysctl->key = value;
	sysctl->value = equals + 1;
	options->nr_sysctls++;
	return 0;
}
