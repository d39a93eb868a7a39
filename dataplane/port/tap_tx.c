// SPDX-License-Identifier: GPL-2.0-only
/* Transmitting on a tap port: one write a frame, out of the kernel's own buffers. */
#include <errno.h>
#include <sys/uio.h>

#include "tap.h"
#include "vnet.h"

/* Pieces of the frame at `frames`; how many entries it has. */
static unsigned int compose(struct iovec *iov, const struct nuse_frame *frames, unsigned int n)
{
	unsigned int i = 0;
	bool more;

	do {
		more = frames[i].flags & NUSE_FRAME_MORE;
		iov[i] = (struct iovec){ frames[i].data, frames[i].len };
	} while (++i < n && i < NUSE_FRAME_SEGS && more);
	return i;
}

static ssize_t write_frame(int fd, const struct iovec *iov, int n)
{
	ssize_t len;

	do
		len = writev(fd, iov, n);
	while (len < 0 && errno == EINTR);
	return len;
}

unsigned int nuse_tap_tx_burst(void *port, unsigned int index, const struct nuse_frame *frames,
			       unsigned int n)
{
	struct tap_port *tap = port;
	struct tap_queue *queue = &tap->queues[index];
	struct virtio_net_hdr vnet;
	struct iovec iov[1 + NUSE_FRAME_SEGS] = { { &vnet, sizeof(vnet) } };
	unsigned int done = 0, sent = 0, refused = 0, entries;
	uint64_t bytes = 0;

	queue->tx_blocked = false;
	for (; done < n; done += entries) {
		ssize_t len;

		nuse_vnet_write(&vnet, &frames[done]);
		entries = compose(iov + 1, frames + done, n - done);
		len = queue->attached ? write_frame(queue->fd, iov, (int)entries + 1) : 0;
		if (len > 0) {
			bytes += (uint64_t)len - sizeof(vnet);
			sent++;
		} else if (len < 0 && errno == EAGAIN) {
			queue->tx_blocked = true;
			nuse_count(&tap->port.stats.tx_busy, 1);
			break;
		} else {
			refused++;	/* the device is down or gone, or does not like it */
		}
	}
	nuse_count(&tap->port.stats.tx_frames, sent);
	nuse_count(&tap->port.stats.tx_bytes, bytes);
	if (refused)
		nuse_count(&tap->port.stats.tx_dropped, refused);
	return done;
}
