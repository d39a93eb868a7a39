/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_GOSSIP_H
#define NUSE_GOSSIP_H

/*
 * What neighbours answer, passed on among the ports of one device.
 *
 * Every worker's kernel resolves neighbours for itself, but an answer comes to
 * one queue, which need not be the asker's. So a port copies what neighbours say
 * about themselves into the inbox of each of its siblings: ARP replies and
 * announcements, neighbour and router advertisements, redirects. Questions are
 * not copied, as each needs one answer. An inbox is a ring of limited size with
 * many writers and one reader, without locks; the reader looks into it at each
 * burst, and is woken when it sleeps.
 *
 * A port without siblings pays for one look at a word a burst, one with siblings
 * for the type of each frame.
 */
#include <nuse/port.h>

/*
 * Join the siblings of `sibling`, NULL = it is the first, and put the kernel's
 * way to the port through here: config.ops changes. -ENOMEM, or what eventfd()
 * says. nuse_gossip_leave() is for when the port closes; a port that never
 * joined may leave. Any thread; siblings come and go one at a time.
 */
int nuse_gossip_join(struct nuse_port *port, const struct nuse_port *sibling);
void nuse_gossip_leave(struct nuse_port *port);

/* No more for this port, whose kernel may have panicked. Worker. */
void nuse_gossip_hush(struct nuse_port *port);

/* Before and after sleeping, as the backend's operations of these names. Worker. */
bool nuse_gossip_arm(struct nuse_port *port);
void nuse_gossip_disarm(struct nuse_port *port);
unsigned int nuse_gossip_pollfds(struct nuse_port *port, struct pollfd *fds, unsigned int max);

#endif
