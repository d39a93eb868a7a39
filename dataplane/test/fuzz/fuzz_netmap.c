// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netmap backend against memory that somebody else writes: the input changes
 * words of a port's shared memory between opening, bursts and servicing. Whatever
 * is there, no access may leave the mapping or a buffer. Linked with
 * --wrap=open,ioctl,mmap: the kernel is this file. Guards lie around the mapping.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netmap/netmap.h"

#define SLOTS		16u
#define BUFFERS		48u
#define BUF_SIZE	512u
#define TX_AT		1024u
#define RX_AT		2048u
#define BUFS_AT		4096u
#define SIZE		(BUFS_AT + BUFFERS * BUF_SIZE)
#define GUARD		(1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_open(const char *path, int flags, ...);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);

static const uint8_t *input;
static size_t left;
static int device = -1;
static uint8_t *memory;

static uint32_t word(unsigned int bytes)
{
	uint32_t value = 0;

	if (bytes > left)
		bytes = (unsigned int)left;
	memcpy(&value, input, bytes);
	input += bytes;
	left -= bytes;
	return value;
}

/* ----------------------------------------------------------- the kernel */

static void make_ring(uint32_t at, uint16_t dir, uint32_t first)
{
	struct netmap_ring *ring = (struct netmap_ring *)(memory + at);

	*ring = (struct netmap_ring){ .buf_ofs = (int64_t)BUFS_AT - at, .num_slots = SLOTS,
				      .nr_buf_size = BUF_SIZE, .dir = dir, .tail = SLOTS - 1 };
	for (uint32_t i = 0; i < SLOTS; i++)
		ring->slot[i] = (struct netmap_slot){ .buf_idx = first + i, .len = 60 };
}

static void make_memory(void)
{
	struct netmap_if *nif;

	memory = __real_mmap(NULL, SIZE + 2 * GUARD, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		abort();
	memory += GUARD;
	mprotect(memory, SIZE, PROT_READ | PROT_WRITE);
	nif = (struct netmap_if *)memory;
	*nif = (struct netmap_if){ .ni_tx_rings = 1, .ni_rx_rings = 1 };
	nif->ring_ofs[0] = TX_AT;
	nif->ring_ofs[1] = RX_AT;
	make_ring(TX_AT, NETMAP_TX, NETMAP_BUF_FIRST);
	make_ring(RX_AT, NETMAP_RX, NETMAP_BUF_FIRST + SLOTS);
}

/* Change some words; mostly of the rings and slots. */
static void scribble(void)
{
	for (uint32_t n = word(1) % 8; n; n--) {
		uint32_t at = word(2) % (BUFS_AT / 2) * 2, bytes = word(1) % 4 + 1;
		uint32_t value = word(bytes);

		memcpy(memory + at, &value, at + bytes <= SIZE ? bytes : 1);
	}
}

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, NETMAP_DEVICE))
		return __real_open(path, flags);
	device = __real_open("/dev/null", flags);
	return device;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct nmreq_register *body;
	struct nmreq_header *header;
	va_list args;

	(void)fd;
	va_start(args, request);
	header = va_arg(args, struct nmreq_header *);
	va_end(args);
	if (request != NIOCCTRL) {
		scribble();
		return 0;
	}
	if (header->nr_reqtype != NETMAP_REQ_REGISTER) {
		errno = EINVAL;
		return -1;
	}
	body = (struct nmreq_register *)(uintptr_t)header->nr_body;
	body->nr_offset = word(1) < 250 ? 0 : word(4);
	body->nr_memsize = SIZE;
	body->nr_tx_rings = body->nr_rx_rings = 1;
	return 0;
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (fd < 0 || fd != device)
		return __real_mmap(address, size, protection, flags, fd, offset);
	make_memory();
	scribble();
	return memory;
}

/* ---------------------------------------------------------- the program */

static unsigned int buf_alloc(struct lib_port *port, unsigned int queue, struct nuse_frame *frames,
			      unsigned int n)
{
	unsigned int few = word(1) % 65;

	(void)port;
	(void)queue;
	if (n > few)
		n = few;
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *buffer = malloc(NUSE_BUF_SIZE);

		frames[i] = (struct nuse_frame){ .token = (uintptr_t)buffer,
						 .data = buffer + NUSE_BUF_PRIVATE + 64,
						 .len = 3000 };
	}
	return n;
}

static void buf_free(const struct nuse_frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		free((void *)(uintptr_t)frames[i].token);
}

static void receive(struct nuse_port *port)
{
	struct nuse_frame frames[NUSE_BURST_MAX];
	unsigned int n = NUSE_FRAME_SEGS + word(1) % (NUSE_BURST_MAX - NUSE_FRAME_SEGS + 1);
	unsigned int got = port->config.ops->rx_burst(port, 0, frames, n);

	if (got > n || (got && frames[got - 1].flags & NUSE_FRAME_MORE))
		abort();
	buf_free(frames, got);
}

static void send_some(struct nuse_port *port)
{
	static uint8_t bytes[9000];
	struct nuse_frame frames[8];
	unsigned int n = word(1) % 8 + 1;

	for (unsigned int i = 0; i < n; i++)
		frames[i] = (struct nuse_frame){
			.data = bytes, .len = 60 + word(2) % (sizeof(bytes) - 60),
			.flags = i + 1 < n && word(1) & 1 ? NUSE_FRAME_MORE : 0 };
	if (port->config.ops->tx_burst(port, 0, frames, n) > n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct nuse_liblinux library = { .lib_buf_alloc = buf_alloc,
						      .lib_buf_free = buf_free };
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	struct nuse_port *port;

	input = bytes;
	left = size;
	if (!nuse_netmap_open(word(1) & 1 ? "x{1,vnet-hdr" : "vale0:1", &options, &port, NULL, 0)) {
		port->config.port = port;
		port->lib = &library;
		port->config.ops->set_up(port, 1);
		while (left) {
			scribble();
			if (word(1) & 1)
				receive(port);
			else
				send_some(port);
		}
		port->config.ops->set_up(port, 0);
		nuse_netmap_close(port);
	}
	if (memory)
		munmap(memory - GUARD, SIZE + 2 * GUARD);
	memory = NULL;
	device = -1;
	return 0;
}
