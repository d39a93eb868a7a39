// SPDX-License-Identifier: GPL-2.0-only
/* Options about ports, and the names that other options refer to. */
#include <stddef.h>
#include <string.h>

#include "complain.h"
#include "options.h"

static bool name_valid(const char *name, size_t len)
{
	if (!len || len >= NAME_SIZE || (len == 1 && *name == '.'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (strchr("/: \t\n=%", name[i]))
			return false;
	return true;
}

char *option_split(const char *option, const char *value, const char *example,
		   char name[NAME_SIZE])
{
	const char *equals = strchr(value, '=');
	size_t len = equals ? (size_t)(equals - value) : 0;

	if (!equals || !equals[1]) {
		complain("--%s %s: not of the form NAME=VALUE", option, value);
		hint("--%s %s", option, example);
		return NULL;
	}
	if (!name_valid(value, len)) {
		complain("--%s %s: '%.*s' cannot name an interface", option, value, (int)len, value);
		hint("1 to 15 characters, no blank, slash, colon or percent sign");
		return NULL;
	}
	memcpy(name, value, len);
	name[len] = 0;
	return (char *)(uintptr_t)equals + 1;
}

static struct port_option *find_port(struct options *options, const char *name)
{
	for (unsigned int i = 0; i < options->nr_ports; i++)
		if (!strcmp(options->ports[i].name, name))
			return &options->ports[i];
	return NULL;
}

struct port_option *option_find_port(struct options *options, const char *option,
				     const char *name)
{
	struct port_option *port = find_port(options, name);

	if (!port) {
		complain("--%s %s: there is no port %s", option, name, name);
		hint("--port %s=raw:DEVICE makes one", name);
	}
	return port;
}

bool option_has_interface(const struct options *options, const char *option, const char *name)
{
	for (unsigned int i = 0; i < options->nr_ports; i++)
		if (!strcmp(options->ports[i].name, name))
			return true;
	for (unsigned int i = 0; i < options->nr_vlans; i++)
		if (!strcmp(options->vlans[i].name, name))
			return true;
	complain("--%s %s: there is no port or VLAN %s", option, name, name);
	hint("--port %s=raw:DEVICE or --vlan %s=PORT:ID makes one", name, name);
	return false;
}

bool option_room(const char *option, unsigned int count)
{
	if (count < OPTION_MAX)
		return true;
	complain("--%s: given more than %d times", option, OPTION_MAX);
	return false;
}

int option_port(struct options *options, char *value)
{
	struct port_option *port = &options->ports[options->nr_ports];
	char name[NAME_SIZE];

	if (!option_room("port", options->nr_ports))
		return EXIT_USAGE;
	value = option_split("port", value, "a=raw:eth0", name);
	if (!value)
		return EXIT_USAGE;
	if (find_port(options, name)) {
		complain("--port %s: given twice", name);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "lo")) {
		complain("--port lo: is the loopback interface's name");
		return EXIT_USAGE;
	}
	if (!strchr(value, ':')) {
		complain("--port %s=%s: says no kind of port", name, value);
		hint("KIND:DEVICE with one of %s", port_kinds);
		return EXIT_USAGE;
	}
	memset(port, 0, sizeof(*port));
	memcpy(port->name, name, sizeof(name));
	port->spec = value;
	options->nr_ports++;
	return 0;
}

static int port_number(struct options *options, const char *option, const char *value,
		       const char *example, unsigned int min, unsigned int max, size_t member)
{
	struct port_option *port;
	char name[NAME_SIZE];

	value = option_split(option, value, example, name);
	port = value ? option_find_port(options, option, name) : NULL;
	if (!port)
		return EXIT_USAGE;
	if (number_parse(value, min, max, (unsigned int *)((char *)port + member)))
		return 0;
	complain("--%s %s=%s: not a number from %u to %u", option, name, value, min, max);
	return EXIT_USAGE;
}

int option_mtu(struct options *options, char *value)
{
	return port_number(options, "mtu", value, "a=9000", 68, 65535,
			   offsetof(struct port_option, mtu));
}

int option_queues(struct options *options, char *value)
{
	return port_number(options, "queues", value, "a=2", 1, 16,
			   offsetof(struct port_option, queues));
}

int option_mac(struct options *options, char *value)
{
	struct port_option *port;
	char name[NAME_SIZE];

	value = option_split("mac", value, "a=02:00:00:00:00:01", name);
	port = value ? option_find_port(options, "mac", name) : NULL;
	if (!port)
		return EXIT_USAGE;
	port->has_mac = mac_parse(value, port->mac);
	if (port->has_mac)
		return 0;
	complain("--mac %s=%s: not a MAC address", name, value);
	hint("six pairs of hexadecimal digits, as in 02:00:00:00:00:01");
	return EXIT_USAGE;
}

int option_rx_list(struct options *options, char *value)
{
	struct port_option *port = option_find_port(options, "rx-list", value);

	if (!port)
		return EXIT_USAGE;
	port->rx_list = true;
	return 0;
}
