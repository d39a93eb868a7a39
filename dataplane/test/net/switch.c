// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "layers.h"
#include "switch.h"

void bridged_make(struct bridged *s, struct lab *lab, unsigned int n, rtnl_fill fill, void *arg)
{
	char name[8], port[8], address[32];

	*s = (struct bridged){ .lab = lab, .n = n, .bridge = lab_node(lab, "bridge") };
	must(link_add(s->bridge, "br0", "bridge", NULL, fill, arg));
	must(link_up(s->bridge, "br0"));
	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		snprintf(port, sizeof(port), "p%u", i);
		snprintf(address, sizeof(address), "10.0.0.%u/24", i + 1);
		s->host[i] = lab_node(lab, name);
		s->link[i] = lab_link(s->host[i], "eth0", s->bridge, port, NULL);
		lab_capture(s->link[i]);
		/* Silence: nothing is learnt but by what a test sends. */
		must(sysctl_set(s->host[i], "net.ipv6.conf.all.disable_ipv6", "1"));
		dev_setup(s->host[i], "eth0", address, NULL);
		must(link_up(s->bridge, port));
		must(link_set_master(s->bridge, port, "br0"));
	}
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int j = 0; j < n; j++) {
			const uint8_t mac[6] = { 2, 0, 0, 0, (uint8_t)(j + 2), 1 };

			snprintf(address, sizeof(address), "10.0.0.%u", j + 1);
			if (i != j)
				must(neigh_add(s->host[i], "eth0", address, mac, 0));
		}
	lab_run(lab, 2 * SEC);
	bridged_clear(s);
}

void bridged_clear(struct bridged *s)
{
	for (unsigned int i = 0; i < s->n; i++)
		lab_capture_clear(s->link[i]);
}

unsigned int bridged_reach(struct bridged *s, unsigned int from, unsigned int to)
{
	int fd = udp_socket(s->host[from], NULL);
	unsigned int reached = 0;
	char target[32];

	bridged_clear(s);
	snprintf(target, sizeof(target), "10.0.0.%u:7", to + 1);
	must(sock_sendto(s->host[from], fd, "hello", 5, target));
	sock_close(s->host[from], fd);
	lab_run(s->lab, MS);
	for (unsigned int i = 0; i < s->n; i++)
		if (wire_count(s->link[i], s->bridge, "*ipv4/udp"))
			reached |= 1u << i;
	return reached;
}

struct fdb {
	const uint8_t *mac;
	rtnl_fill fill;
	void *arg;
};

static void fill_fdb(struct nlmsghdr *nlh, void *arg)
{
	const struct fdb *fdb = arg;

	mnl_attr_put(nlh, NDA_LLADDR, 6, fdb->mac);
	if (fdb->fill)
		fdb->fill(nlh, fdb->arg);
}

int fdb_add(struct lab_node *node, const char *dev, const uint8_t mac[6], uint8_t flags,
	    uint16_t state, rtnl_fill fill, void *arg)
{
	struct fdb fdb = { mac, fill, arg };
	const struct ndmsg header = { .ndm_family = AF_BRIDGE, .ndm_flags = flags,
				      .ndm_state = state,
				      .ndm_ifindex = link_index(node, dev) };

	if (header.ndm_ifindex < 0)
		return header.ndm_ifindex;
	return rtnl_request(node, NETLINK_ROUTE, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND,
			    &header, sizeof(header), fill_fdb, &fdb, NULL, NULL);
}
