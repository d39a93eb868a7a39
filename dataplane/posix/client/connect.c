// SPDX-License-Identifier: GPL-2.0-only
/* The connection to the stack: messages, and what comes with them. */
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "client.h"

struct process process = { .control = -1, .doorbell = -1, .place = -1 };

/* Signals stay out while it is held: a handler may want it too. */
void connection_lock(uint64_t *mask)
{
	const uint64_t all = ~0ull;

	sys(__NR_rt_sigprocmask, SIG_BLOCK, &all, mask, 8);
	while (__atomic_exchange_n(&process.lock, 1, __ATOMIC_ACQUIRE))
		sys(__NR_sched_yield);
}

void connection_unlock(const uint64_t *mask)
{
	__atomic_store_n(&process.lock, 0, __ATOMIC_RELEASE);
	sys(__NR_rt_sigprocmask, SIG_SETMASK, mask, NULL, 8);
}

static long receive(struct nuse_stack_reply *reply, int *fds, unsigned int nr_fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(NUSE_STACK_FDS * sizeof(int))];
	} control;
	struct iovec iov = { reply, sizeof(*reply) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	size_t want = CMSG_LEN(nr_fds * sizeof(int));
	long got;

	do
		got = sys(__NR_recvmsg, process.control, &message, MSG_CMSG_CLOEXEC);
	while (got == -EINTR);
	if (got != sizeof(*reply))
		return -ENETDOWN;
	if (reply->version != NUSE_STACK_VERSION) {
		complain("the stack speaks another version", reply->version);
		return -EPROTO;
	}
	if (reply->error)
		return reply->error;
	if (!nr_fds)
		return 0;
	if (message.msg_controllen < want || control.header.cmsg_type != SCM_RIGHTS ||
	    control.header.cmsg_len != want)
		return -EMFILE;
	memcpy(fds, CMSG_DATA(&control.header), nr_fds * sizeof(int));
	return 0;
}

int stack_request(enum nuse_stack_op op, unsigned int index, int *fds, unsigned int nr_fds)
{
	const struct nuse_stack_request request = {
		.version = NUSE_STACK_VERSION,
		.op = op,
		.index = index,
		.base = (uint64_t)process.window,
	};
	struct nuse_stack_reply reply;
	long sent;

	sent = sys(__NR_sendto, process.control, &request, sizeof(request), MSG_NOSIGNAL, 0, 0);
	return sent == sizeof(request) ? (int)receive(&reply, fds, nr_fds) : -ENETDOWN;
}

bool stack_lives(void)
{
	return process.status &&
	       __atomic_load_n(&process.status->life, __ATOMIC_ACQUIRE) == process.life;
}

static void *map(int fd, size_t size, int prot)
{
	long got = sys(__NR_mmap, 0, size, prot, MAP_SHARED, fd, 0);

	return got < 0 && got > -4096 ? NULL : (void *)got;
}

/* Yama lets only ancestors reach a process's memory, and whom that names. */
static void permit_stack(void)
{
	const long set_ptracer = 0x59616d61;
	struct ucred stack;
	socklen_t size = sizeof(stack);

	if (!sys(__NR_getsockopt, process.control, SOL_SOCKET, SO_PEERCRED, &stack, &size))
		sys(__NR_prctl, set_ptracer, stack.pid);
}

/* Ask for the window, and keep what comes. */
static int hello(void)
{
	struct nuse_stack_status *status;
	int fds[NUSE_STACK_FDS];
	struct stat place;
	uint8_t *window;
	int err = stack_request(NUSE_STACK_HELLO, 0, fds, NUSE_STACK_FDS);

	if (err)
		return err;
	window = map(fds[NUSE_STACK_FD_WINDOW], NUSE_STACK_WINDOW, PROT_READ | PROT_WRITE);
	status = map(fds[NUSE_STACK_FD_STATUS], sizeof(*process.status), PROT_READ);
	sys(__NR_close, fds[NUSE_STACK_FD_WINDOW]);
	sys(__NR_close, fds[NUSE_STACK_FD_STATUS]);
	process.doorbell = own_fd(fds[NUSE_STACK_FD_DOORBELL], false);
	process.place = own_fd(fds[NUSE_STACK_FD_PLACE], false);
	if (!window || !status)
		return -ENOMEM;
	process.window = window;
	process.status = status;
	process.generation++;
	process.life = __atomic_load_n(&process.status->life, __ATOMIC_ACQUIRE);
	permit_stack();
	if (sys(__NR_fstat, process.place, &place) == 0) {
		process.place_dev = place.st_dev;
		process.place_ino = place.st_ino;
	}
	return 0;
}

static int open_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(process.path);
	long fd, err;

	if (n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, process.path, n);
	fd = sys(__NR_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	err = sys(__NR_connect, fd, &address, sizeof(address));
	if (err < 0) {
		sys(__NR_close, fd);
		return (int)err;
	}
	return own_fd((int)fd, false);
}

/* What an ended stack leaves: nothing of it answers any more. */
static void forget(void)
{
	if (!process.generation)
		return;
	for (unsigned int i = 0; i < nuse_kinds_end; i++)
		if (nuse_kinds[i] & KIND_STACK)
			set_kind(i, KIND_LOST);
	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++) {
		if (process.events[i] > 0)
			drop_own(process.events[i]);
		process.events[i] = 0;
		process.slots[i] = SLOT_NONE;
	}
	/* Window and status stay mapped: another thread may still look at its slot. */
	drop_own(process.control);
	drop_own(process.doorbell);
	drop_own(process.place);
}

static int connect_locked(void)
{
	int fd, err;

	if (stack_lives())
		return 0;
	forget();
	fd = open_socket();
	if (fd < 0) {
		complain("no stack answers at its socket: error", -fd);
		return -ENETDOWN;
	}
	process.control = fd;
	err = hello();
	if (err) {
		complain("the stack refuses this program: error", -err);
		drop_own(fd);
		process.control = -1;
	}
	return err;
}

int stack_connect(void)
{
	uint64_t mask;
	int err;

	connection_lock(&mask);
	err = connect_locked();
	connection_unlock(&mask);
	return err;
}

int stack_revive(void)
{
	return process.generation && !stack_lives() ? stack_connect() : 0;
}

struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t size;
	uint8_t type;
	char name[];
};

static void look_at(const char *name)
{
	struct stat at;
	unsigned int fd = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		fd = fd * 10 + (unsigned int)(*name - '0');
	if (*name || kind_of(fd) || sys(__NR_fstat, fd, &at) < 0)
		return;
	if (at.st_dev == process.place_dev && at.st_ino == process.place_ino)
		set_kind(fd, KIND_STACK);
}

/* Which numbers are places of descriptors that the program before us had? */
static void find_places(void)
{
	char room[4096] __attribute__((aligned(8)));
	long fd = sys(__NR_openat, AT_FDCWD, "/proc/self/fd", O_DIRECTORY | O_CLOEXEC), n;

	while ((n = sys(__NR_getdents64, fd, room, sizeof(room))) > 0)
		for (long at = 0; at < n; at += ((struct entry *)(room + at))->size)
			look_at(((struct entry *)(room + at))->name);
	sys(__NR_close, fd);
}

/* Numbers without a place were closed by exec: the stack closes them too. */
static void close_gaps(void)
{
	unsigned int from = 0;

	for (unsigned int fd = 0; fd < nuse_kinds_end; fd++) {
		if (nuse_kinds[fd] != KIND_STACK)
			continue;
		if (fd > from)
			stack(__NR_close_range, from, fd - 1);
		from = fd + 1;
	}
	stack(__NR_close_range, from, ~0u);
}

int stack_resume(int control)
{
	int err;

	process.control = own_fd(control, false);
	err = hello();
	if (err) {
		complain("the stack does not know this program any more: error", -err);
		return err;
	}
	find_places();
	close_gaps();
	return 0;
}
