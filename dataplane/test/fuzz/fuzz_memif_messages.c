// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control channel: whatever messages, with whatever descriptors, to a
 * server and to a client; and if that makes a link, whatever is in its rings.
 */
#include <stddef.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memif/memif.h"
#include "registry.h"
#include "support.h"

#define MEMORY	65536u
#define RING_AT	4096u

static struct nuse_port *server, *client;
static struct sockaddr_un server_at, client_at;
static int listener;			/* that the client connects to */
static int memories[3], bell;		/* sealed, not sealed, no memory at all */
static uint8_t *shared;			/* the sealed one */

static struct nuse_port *open_port(struct sockaddr_un *at, const char *role)
{
	const struct nuse_port_options options = { .name = "eth0", .queues = 1 };
	struct nuse_port *port;
	char where[128], text[256];

	snprintf(at->sun_path + 1, 64, "nuse-fuzz-%d-%s", (int)getpid(), role);
	at->sun_family = AF_UNIX;
	snprintf(where, sizeof(where), "@%s,role=%s,ring-size=5", at->sun_path + 1, role);
	if (nuse_memif_backend.open(where, &options, &port, text, sizeof(text)))
		abort();
	port->config.port = port;
	return port;
}

static socklen_t size_of(const struct sockaddr_un *at)
{
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at->sun_path + 1));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	server = open_port(&server_at, "server");
	client = open_port(&client_at, "client");
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(listener, (struct sockaddr *)&client_at, size_of(&client_at)) < 0 ||
	    listen(listener, 4) < 0)
		abort();
	for (int i = 0; i < 2; i++) {
		memories[i] = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (ftruncate(memories[i], MEMORY) < 0 ||
		    fcntl(memories[i], F_ADD_SEALS, i ? F_SEAL_GROW : F_SEAL_SHRINK) < 0)
			abort();
	}
	shared = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memories[0], 0);
	if (shared == MAP_FAILED)
		abort();
	memories[2] = open("/dev/null", O_RDWR | O_CLOEXEC);
	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return 0;
}

/* Send up to 128 bytes of the input, seldom fewer, and some descriptors. */
static void say(int fd, struct input *input)
{
	const int fds[4] = { memories[0], memories[1], memories[2], bell };
	char control[CMSG_SPACE(8 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct cmsghdr *head = (struct cmsghdr *)control;
	struct memif_message message = { 0 };
	uint8_t how = input_byte(input);
	unsigned int n = how & 64 ? how & 7u : how >> 2 & 1u;
	struct iovec iov = { &message, how & 128 ? how : sizeof(message) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	message.type = input_byte(input) % 10;
	input_bytes(input, message.bytes, 1 + (how & 63u));
	if (iov.iov_len > sizeof(message))
		iov.iov_len = sizeof(message) - 1;
	for (unsigned int i = 0; i < n; i++)
		memcpy(CMSG_DATA(head) + i * sizeof(int), &fds[(how + i) & 3], sizeof(int));
	if (n) {
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(n * sizeof(int));
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
	}
	sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Two places where rings can be, to begin with. */
static void clear_memory(void)
{
	const uint32_t cookie = MEMIF_COOKIE;

	memset(shared, 0, 2 * RING_AT);
	memcpy(shared, &cookie, sizeof(cookie));
	memcpy(shared + RING_AT, &cookie, sizeof(cookie));
}

static void scribble(struct input *input)
{
	uint16_t at = input_u16(input) % (2 * RING_AT);

	input_bytes(input, shared + at, input_byte(input) & 15u);
}

/* Throw away what it answers, descriptors too. */
static void listen_to(int fd)
{
	struct memif_message message;
	int passed;

	for (unsigned int i = 0; i < 64 && nuse_memif_receive(fd, &message, &passed) == 1; i++)
		if (passed >= 0)
			close(passed);
}

static int dial(struct nuse_port *port)
{
	int fd;

	((struct memif_port *)port)->device->retry = 0;
	if (port == server) {
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&server_at, size_of(&server_at)) < 0)
			abort();
		port->backend->service(port);
	} else {
		port->backend->service(port);
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			abort();
	}
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct nuse_port *port = input_byte(&input) & 1 ? client : server;
	struct pollfd fds[NUSE_PORT_FDS];
	int fd;

	port->backend = &nuse_memif_backend;
	clear_memory();
	kernel_attach(port);
	port->config.ops->set_up(port, 1);
	port->backend->service(port);
	if (port == client)			/* the connection of before is over */
		close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	port->backend->service(port);
	fd = dial(port);
	while (input.left) {
		say(fd, &input);
		scribble(&input);
		if (input_byte(&input) & 3)
			port->backend->service(port);
		listen_to(fd);
		kernel_receive(port, 0);
		kernel_send(port, 0, &input);
		port->backend->pollfds(port, fds, NUSE_PORT_FDS);
		port->backend->arm(port);
		port->backend->disarm(port);
	}
	close(fd);
	port->backend->service(port);
	kernel_receive(port, 0);
	port->config.ops->set_up(port, 0);
	port->backend->service(port);
	kernel_check_idle();
	return 0;
}
