// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

#include "bed.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RING_AT(direction)	((uint32_t)(direction) << 16)
#define BUFFERS_AT		(2u << 16)
#define WAIT_MS			30000

static socklen_t address(struct sockaddr_un *to, const char *name)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(to->sun_path + 1, sizeof(to->sun_path) - 1, "nuse-test-%d-%s", (int)getpid(),
		 name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(to->sun_path + 1));
}

static void blank(struct peer *peer)
{
	*peer = (struct peer){ .fd = -1, .memory = -1, .bells = { -1, -1 } };
}

void peer_connect(struct peer *peer, const char *name)
{
	struct memif_message hello;
	struct sockaddr_un to;
	socklen_t size = address(&to, name);
	int passed;

	blank(peer);
	peer->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(peer->fd, (struct sockaddr *)&to, size), 0);
	assert_true(peer_hear(peer, &hello, &passed));
	assert_int_equal(hello.type, MEMIF_HELLO);
	assert_int_equal(hello.hello.min_version, MEMIF_VERSION);
}

int peer_listen(const char *name)
{
	struct sockaddr_un at;
	socklen_t size = address(&at, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

void peer_accept(struct peer *peer, int listener)
{
	struct pollfd fd = { .fd = listener, .events = POLLIN };

	blank(peer);
	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	peer->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(peer->fd >= 0);
}

static void send_bytes(struct peer *peer, const void *data, size_t size, int passed)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { (void *)(uintptr_t)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (passed >= 0) {
		struct cmsghdr *head = (struct cmsghdr *)control;

		head->cmsg_len = CMSG_LEN(sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(head), &passed, sizeof(int));
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
	}
	sendmsg(peer->fd, &msg, MSG_NOSIGNAL);	/* it may be closed by now */
}

void peer_say(struct peer *peer, const struct memif_message *message, int passed)
{
	send_bytes(peer, message, sizeof(*message), passed);
}

bool peer_hear(struct peer *peer, struct memif_message *message, int *passed)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct pollfd fd = { .fd = peer->fd, .events = POLLIN };
	struct cmsghdr *head;

	*passed = -1;
	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	if (recvmsg(peer->fd, &msg, MSG_CMSG_CLOEXEC) != sizeof(*message))
		return false;
	head = CMSG_FIRSTHDR(&msg);
	if (head)
		memcpy(passed, CMSG_DATA(head), sizeof(int));
	if (message->type != MEMIF_DISCONNECT)
		return true;
	memcpy(peer->reason, message->disconnect.reason, sizeof(peer->reason));
	peer->reason[sizeof(peer->reason) - 1] = '\0';
	return false;
}

static void take_rings(struct peer *peer)
{
	for (int direction = 0; direction < 2; direction++)
		peer->rings[direction] = (struct memif_ring *)(peer->base + RING_AT(direction));
}

void peer_memory(struct peer *peer, int seals)
{
	peer->memory = memfd_create("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(peer->memory, PEER_REGION), 0);
	assert_int_equal(fcntl(peer->memory, F_ADD_SEALS, seals), 0);
	peer->base = mmap(NULL, PEER_REGION, PROT_READ | PROT_WRITE, MAP_SHARED, peer->memory, 0);
	assert_ptr_not_equal(peer->base, MAP_FAILED);
	take_rings(peer);
	for (int direction = 0; direction < 2; direction++) {
		peer->bells[direction] = eventfd(0, EFD_CLOEXEC);
		peer->rings[direction]->cookie = MEMIF_COOKIE;
		for (uint32_t i = 0; i < PEER_SIZE; i++)
			peer->rings[direction]->desc[i] = (struct memif_desc){
				.length = PEER_BUFFER,
				.offset = BUFFERS_AT + ((uint32_t)direction * PEER_SIZE + i) *
						       PEER_BUFFER,
			};
	}
	__atomic_store_n(&peer->rings[MEMIF_TO_CLIENT]->head, PEER_SIZE, __ATOMIC_RELEASE);
}

void peer_hello(struct memif_message *message)
{
	*message = (struct memif_message){
		.type = MEMIF_HELLO,
		.hello = { .name = "peer", .min_version = MEMIF_VERSION,
			   .max_version = MEMIF_VERSION, .max_region = 255,
			   .max_log2_size = 14 },
	};
}

void peer_init(struct memif_message *message)
{
	*message = (struct memif_message){
		.type = MEMIF_INIT, .init = { .version = MEMIF_VERSION, .name = "peer" },
	};
}

void peer_region(struct memif_message *message)
{
	*message = (struct memif_message){
		.type = MEMIF_ADD_REGION, .add_region = { .size = PEER_REGION },
	};
}

void peer_ring(struct memif_message *message, enum memif_direction direction)
{
	*message = (struct memif_message){
		.type = MEMIF_ADD_RING,
		.add_ring = {
			.flags = direction == MEMIF_TO_SERVER ? MEMIF_RING_TO_SERVER : 0,
			.offset = RING_AT(direction),
			.log2_size = PEER_LOG2,
		},
	};
}

/* Say it and hear an acknowledgement. */
static bool ask(struct peer *peer, const struct memif_message *message, int fd)
{
	struct memif_message answer;
	int passed;

	peer_say(peer, message, fd);
	return peer_hear(peer, &answer, &passed) && answer.type == MEMIF_ACK;
}

bool peer_join(struct peer *peer, const char *name)
{
	struct memif_message message;
	bool good;
	int passed;

	peer_connect(peer, name);
	peer_memory(peer, F_SEAL_SHRINK);
	peer_init(&message);
	good = ask(peer, &message, -1);
	peer_region(&message);
	good = good && ask(peer, &message, peer->memory);
	for (int direction = 0; good && direction < 2; direction++) {
		peer_ring(&message, (enum memif_direction)direction);
		good = ask(peer, &message, peer->bells[direction]);
	}
	message = (struct memif_message){ .type = MEMIF_CONNECT };
	peer_say(peer, &message, -1);
	return good && peer_hear(peer, &message, &passed) && message.type == MEMIF_CONNECTED;
}

static void map_region(struct peer *peer, int fd, uint64_t size)
{
	if (peer->base) {		/* only the first has rings */
		close(fd);
		return;
	}
	peer->memory = fd;
	peer->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(peer->base, MAP_FAILED);
}

bool peer_serve(struct peer *peer, int listener)
{
	struct memif_message message, ack = { .type = MEMIF_ACK };
	int passed;

	peer_accept(peer, listener);
	peer_hello(&message);
	peer_say(peer, &message, -1);
	while (peer_hear(peer, &message, &passed)) {
		if (message.type == MEMIF_CONNECT) {
			message.type = MEMIF_CONNECTED;
			peer_say(peer, &message, -1);
			return true;
		}
		if (message.type == MEMIF_ADD_REGION)
			map_region(peer, passed, message.add_region.size);
		if (message.type == MEMIF_ADD_RING) {
			int direction = message.add_ring.flags & MEMIF_RING_TO_SERVER ?
					MEMIF_TO_SERVER : MEMIF_TO_CLIENT;

			peer->rings[direction] =
				(struct memif_ring *)(peer->base + message.add_ring.offset);
			peer->bells[direction] = passed;
		}
		peer_say(peer, &ack, -1);
	}
	return false;
}

const char *peer_end(struct peer *peer)
{
	struct memif_message message;
	int passed;

	while (peer_hear(peer, &message, &passed))
		if (passed >= 0)
			close(passed);
	return peer->reason;
}

void peer_close(struct peer *peer)
{
	if (peer->base)
		munmap(peer->base, PEER_REGION);
	for (int direction = 0; direction < 2; direction++)
		if (peer->bells[direction] >= 0)
			close(peer->bells[direction]);
	if (peer->memory >= 0)
		close(peer->memory);
	close(peer->fd);
}

void peer_ends_with(struct peer *peer, const char *reason)
{
	assert_string_equal(peer_end(peer), reason);
	peer_close(peer);
}
