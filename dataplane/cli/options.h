/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLI_OPTIONS_H
#define NUSE_CLI_OPTIONS_H

/*
 * The command line. Everything that can be wrong with it without asking the
 * system is found here: names that no --port has, addresses that are none.
 * Strings belong to argv or to the process, and live as long as it does.
 */
#include <stdbool.h>
#include <stdint.h>

#include "address.h"

#define OPTION_MAX	64		/* of each kind */
#define NAME_SIZE	16		/* of an interface, zero included */

struct port_option {
	char name[NAME_SIZE];
	const char *spec;		/* "raw:eth0" */
	unsigned int mtu, queues;	/* 0 = not said */
	bool rx_list, has_mac;
	uint8_t mac[6];
};

struct vlan_option {
	char name[NAME_SIZE], lower[NAME_SIZE];
	uint16_t id;
};

struct address_option {
	char name[NAME_SIZE];
	const char *text;		/* the address as it was given */
	struct prefix address;
};

struct route_option {
	const char *text;		/* as it was given */
	struct prefix to, via;
	char name[NAME_SIZE];		/* of the interface, "" = not said */
};

struct neighbour_option {
	char name[NAME_SIZE];
	const char *text;		/* as it was given */
	struct prefix address;
	uint8_t mac[6];
};

struct sysctl_option {
	const char *key, *value;
};

struct options {
	struct port_option ports[OPTION_MAX];
	struct vlan_option vlans[OPTION_MAX];
	struct address_option addresses[OPTION_MAX];
	struct route_option routes[OPTION_MAX];
	struct neighbour_option neighbours[OPTION_MAX];
	struct sysctl_option sysctls[OPTION_MAX];
	unsigned int nr_ports, nr_vlans, nr_addresses, nr_routes, nr_neighbours, nr_sysctls;

	const char *library;		/* NULL = not said */
	unsigned int ram_mib, spin_us;
	int idle, hugepages;		/* as in engine.h */
	unsigned int nr_workers;	/* 0 = as many as processors, or one */
	unsigned int nr_cpus;
	int cpus[OPTION_MAX];		/* of the workers, in their order */
	unsigned int stats_seconds;	/* 0 = none but at the end */
	const char *stack;		/* socket for programs, NULL = none */
	bool log, help;
};

/* 0, or the exit status after the complaint. */
int options_parse(struct options *options, int argc, char **argv);

/* option_port.c: 0 or EXIT_USAGE, each option with what stands behind it. */
int option_port(struct options *options, char *value);
int option_mtu(struct options *options, char *value);
int option_mac(struct options *options, char *value);
int option_queues(struct options *options, char *value);
int option_rx_list(struct options *options, char *value);

/* option_net.c: likewise. */
int option_vlan(struct options *options, char *value);
int option_address(struct options *options, char *value);
int option_route(struct options *options, char *value);
int option_neighbour(struct options *options, char *value);
int option_sysctl(struct options *options, char *value);

/* option_engine.c: likewise. */
int option_workers(struct options *options, char *value);
int option_cpu(struct options *options, char *value);
int option_idle(struct options *options, char *value);
int option_spin(struct options *options, char *value);
int option_ram(struct options *options, char *value);
int option_hugepages(struct options *options, char *value);
int option_library(struct options *options, char *value);
int option_stats(struct options *options, char *value);
int option_stack(struct options *options, char *value);

/* Helpers of theirs. */

/*
 * Cut "name=value" in two: a valid interface's name into `name`, the value
 * returned; NULL after complaining.
 */
char *option_split(const char *option, const char *value, const char *example,
		   char name[NAME_SIZE]);
/* The port of that name; NULL after complaining. */
struct port_option *option_find_port(struct options *options, const char *option,
				     const char *name);
/* Is there a port or VLAN of that name? If not, complains. */
bool option_has_interface(const struct options *options, const char *option, const char *name);
/* Is there room for one more? If not, complains. */
bool option_room(const char *option, unsigned int count);

/* help.c */
void print_help(void);
/* The kinds of ports, for hints. */
extern const char port_kinds[];

#endif
