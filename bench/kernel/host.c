// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"
#include "namespace.h"

void host_init(struct host *host, const struct scenario *scenario)
{
	*host = (struct host){
		.scenario = scenario,
		.traffic = scenario_traffic(scenario),
		.router = -1, .generator = -1, .sink = -1, .socket = -1,
		.program = -1, .flows = -1, .counter = -1,
	};
}

/*
 * A namespace is torn down in the background, which would disturb what is
 * measured next. Most of the work is routes, and they go with the interface.
 */
static void delete_links(const struct host *host)
{
	struct netlink nl;

	if (host->router < 0 || namespace_enter(host->router))
		return;
	if (!netlink_open(&nl, &host->stack)) {
		link_delete(&nl, link_index(&host->stack, "out"));
		link_delete(&nl, link_index(&host->stack, "in"));
	}
	netlink_close(&nl);
}

void host_stop(struct host *host)
{
	const int fds[] = { host->router, host->generator, host->sink, host->socket,
			    host->program, host->flows, host->counter };

	delete_links(host);
	namespace_leave();
	for (unsigned int i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	host_init(host, host->scenario);
}

uint64_t host_sent_frames(const char *name)
{
	FILE *file = fopen("/proc/thread-self/net/dev", "re");
	char line[512], device[32];
	uint64_t frames = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		unsigned long long rx_drop, tx;

		/* name: bytes packets errs drop fifo frame compressed multicast bytes packets */
		if (sscanf(line, " %31[^:]: %*u %*u %*u %llu %*u %*u %*u %*u %*u %llu", device,
			   &rx_drop, &tx) != 3 || strcmp(device, name))
			continue;
		frames = tx + rx_drop;
	}
	fclose(file);
	return frames;
}

int host_tap_open(const char *name)
{
	const struct stack host = { NULL };
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = link_index(&host, name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int host_tap_check(const struct host *host, int tap)
{
	struct expectation expect = scenario_expectation(host->scenario);
	unsigned int seen = 0;
	uint8_t frame[2048];
	ssize_t n;

	while ((n = recv(tap, frame, sizeof(frame), 0)) >= 0) {
		const char *wrong;

		if ((size_t)n != expect.size)
			continue;
		seen++;
		wrong = frame_check(&expect, frame, (size_t)n);
		if (wrong) {
			fprintf(stderr, "%s: host: %s\n", host->scenario->name, wrong);
			return -EBADMSG;
		}
	}
	if (seen)
		return 0;
	fprintf(stderr, "%s: host: nothing was forwarded\n", host->scenario->name);
	return -EIO;
}
