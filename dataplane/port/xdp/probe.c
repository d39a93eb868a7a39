// SPDX-License-Identifier: GPL-2.0-only
/* Finding out what the host and a device can, with sockets that carry nothing. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "page.h"
#include "xdp.h"

#define PROBE_BYTES (16 * NUSE_PAGE_SIZE)

int nuse_xdp_try_memory(const struct xdp_memory *memory)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = nuse_xdp_register_memory(fd, memory);
	close(fd);
	return err;
}

/* Bind a socket with memory of no importance, and close it. */
static int try_place(const struct xdp_place *place)
{
	struct xdp_memory memory = { .size = PROBE_BYTES };
	struct xdp_socket sock;
	int err;

	memory.base = mmap(NULL, PROBE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory.base == MAP_FAILED)
		return -errno;
	err = nuse_xdp_socket_open(&sock, place, &memory, NULL);
	if (!err)
		nuse_xdp_socket_close(&sock);
	munmap(memory.base, PROBE_BYTES);
	return err;
}

int nuse_xdp_probe(struct xdp_place *place, bool may_zerocopy, bool may_copy, bool chains)
{
	static const uint16_t ways[] = {
		XDP_ZEROCOPY | XDP_USE_SG, XDP_ZEROCOPY, XDP_COPY | XDP_USE_SG, XDP_COPY,
	};
	int err = -EOPNOTSUPP;

	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!(ways[i] & XDP_ZEROCOPY ? may_zerocopy : may_copy) ||
		    (chains && !(ways[i] & XDP_USE_SG)))
			continue;
		place->flags = ways[i];
		err = try_place(place);
		if (!err || err == -EBUSY || err == -EPERM || err == -ENODEV || err == -ENOBUFS)
			break;
	}
	return err;
}

void nuse_xdp_await_release(const struct xdp_place *place)
{
	struct xdp_place probe = *place;

	probe.flags = XDP_COPY;
	try_place(&probe);
}
