/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_CLIENT_H
#define NUSE_CLIENT_H

/* What the files of libnuse.so share. */
#include <nuse/stack.h>

#include "sys.h"

/* ------------------------------------------------------------ descriptors */

/* What a number of the program's is; everything but HOST takes the slow way. */
enum {
	KIND_HOST = 0,
	KIND_OWN = 0x01,		/* this library's: the program cannot close it */
	KIND_STACK = 0x02,		/* a descriptor of the stack, the host's is a place */
	KIND_LOST = 0x04,		/* of a stack that has ended */
	KIND_EPOLL = 0x10,		/* an epoll of the host's ... */
	KIND_EPOLL_STACK = 0x20,	/* and with descriptors of the stack */
	KIND_EPOLL_HOST = 0x40,		/* and with descriptors of the host */
};

#define FD_MAX (1u << 20)

extern uint8_t nuse_kinds[FD_MAX];
extern unsigned int nuse_kinds_end;	/* no number from here on has a kind */

void set_kind(unsigned int fd, unsigned int kind);

static inline unsigned int kind_of(long fd)
{
	return (unsigned long)(unsigned int)fd < FD_MAX ? nuse_kinds[(unsigned int)fd] : KIND_HOST;
}

/* Is there a part of it in the stack to read, write or wait for? */
static inline bool in_stack(long fd)
{
	return kind_of(fd) & (KIND_STACK | KIND_LOST | KIND_EPOLL_STACK);
}

/* Move one of our own to where programs do not look; the new number. */
int own_fd(int fd, bool over_exec);

void drop_own(int fd);

/* Begin a descriptor of the stack by a call that makes one; its number. */
long new_fd(long nr, const long args[6], bool cloexec);

/* ------------------------------------------------------------- the process */

struct process {
	struct nuse_stack_status *status;	/* NULL = not connected */
	uint8_t *window;
	unsigned int generation;	/* of the connection: 1, 2 .. */
	uint32_t life;			/* value of status->life while the stack lives */
	int control, doorbell, place;	/* our own descriptors */
	int pid;
	bool trace;
	const char *path;		/* of the stack's socket */
	uint64_t place_dev, place_ino;	/* what a place looks like */
	uint8_t slots[NUSE_STACK_SLOTS];	/* enum slot_use */
	int events[NUSE_STACK_SLOTS];	/* their eventfds, 0 = none */
	uint32_t lock;			/* of the connection */
};

enum slot_use { SLOT_NONE, SLOT_FREE, SLOT_TAKEN };

extern struct process process;

#define SLOT_DEPTH 4

struct thread {
	unsigned int slots[SLOT_DEPTH];	/* + 1; more than one: in signal handlers */
	unsigned int depth;		/* calls in progress */
	unsigned int generation;	/* of the connection that the slots belong to */
};

extern __thread struct thread self;

/* connect.c: 0 or -errno. The connection with its lock held by the caller ... */
int stack_request(enum nuse_stack_op op, unsigned int index, int *fds, unsigned int nr_fds);
/* Be connected, if need be again after the stack has ended: then nothing of it is left. */
int stack_connect(void);
/* For calls that need nothing of before: a stack that has been started again will do. */
int stack_revive(void);
/* Go on with the connection `control` that came over exec. */
int stack_resume(int control);
bool stack_lives(void);
void connection_lock(uint64_t *mask);
void connection_unlock(const uint64_t *mask);

/* ------------------------------------------------------------------- calls */

/*
 * A call in progress. call_begin() finds a slot, connecting if there has been no
 * connection yet; until call_end() its area is the caller's. In between any number
 * of calls. -ENETDOWN: the stack has ended.
 */
struct ring_call {
	struct nuse_call *call;
	uint8_t *area;
	unsigned int slot;
	unsigned int generation;
};

int call_begin(struct ring_call *ring);
void call_end(struct ring_call *ring);

/* Post and wait; signals that the stack raised are delivered. */
long call_run(struct ring_call *ring, long nr, const long args[6], unsigned int descriptor);

/* Post; then wait for it or for descriptors of the host, see wait.c. */
void call_post(struct ring_call *ring, long nr, const long args[6], unsigned int descriptor);
bool call_done(const struct ring_call *ring);
void call_interrupt(struct ring_call *ring);
long call_finish(struct ring_call *ring);

/* All in one, for calls whose arguments may stay where they are. */
long stack_call(long nr, const long args[6]);
#define stack_call_n(nr, a, b, c, d, e, f, ...) \
	stack_call((nr), (const long[6]){ (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f) })
#define stack(...) stack_call_n(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

struct pollfd;

/*
 * wait.c: wait for a posted call or for any of the n host descriptors, of which
 * there is room for two more. `ns` < 0 = for ever. Ends the call in any case.
 * Returns what ppoll() did of those n, or -EINTR; *result is the call's.
 */
long wait_mixed(struct ring_call *ring, struct pollfd *fds, unsigned int n, int64_t ns,
		const void *sigmask, long *result);

/* --------------------------------------------------------------- dispatch */

/* Registers of a system call on its way, as entry.S has them on the stack. */
struct frame {
	long r15, r14, r13, r12, rbx;	/* unchanged; for whoever looks */
	long nr;			/* rax: the call, then its result */
	long args[6];			/* rdi rsi rdx r10 r8 r9 */
};

/* How a call's site decides; classes.c has the table. */
enum nuse_class {
	CLASS_HOST,			/* never ours */
	CLASS_FD,			/* ours when the first argument's kind says so */
	CLASS_ALWAYS,
};

#define NR_CLASSES 512
extern const uint8_t nuse_classes[NR_CLASSES] __attribute__((visibility("hidden")));
extern const char *const nuse_call_names[NR_CLASSES];

/* May it run natively, at its place? Otherwise f->nr is the result. */
bool nuse_dispatch(struct frame *f);

static inline bool answer(struct frame *f, long result)
{
	f->nr = result;
	return false;
}

/* A descriptor of a stack that has ended: answered. */
static inline bool lost(struct frame *f)
{
	if (kind_of(f->args[0]) != KIND_LOST)
		return false;
	answer(f, -ENETDOWN);
	return true;
}

/* By the stack, which fetches what the arguments point to. */
static inline bool as_it_is(struct frame *f)
{
	return answer(f, stack_call(f->nr, f->args));
}

/* Handlers: true = natively. */
bool do_socket(struct frame *f);
bool do_accept(struct frame *f);
bool do_read(struct frame *f);
bool do_write(struct frame *f);
bool do_vector(struct frame *f);
bool do_send(struct frame *f);
bool do_recv(struct frame *f);
bool do_message(struct frame *f);
bool do_sendfile(struct frame *f);
bool do_close(struct frame *f);
bool do_close_range(struct frame *f);
bool do_dup(struct frame *f);
bool do_dup2(struct frame *f);
bool do_fcntl(struct frame *f);
bool do_ioctl(struct frame *f);
bool do_mmap(struct frame *f);
bool do_address(struct frame *f);
bool do_name(struct frame *f);
bool do_getsockopt(struct frame *f);
bool do_setsockopt(struct frame *f);
bool do_poll(struct frame *f);
bool do_select(struct frame *f);
bool do_epoll_create(struct frame *f);
bool do_epoll_ctl(struct frame *f);
bool do_epoll_wait(struct frame *f);
bool do_path(struct frame *f);
bool do_path_at(struct frame *f);
bool do_mount(struct frame *f);
bool do_open(struct frame *f);
bool do_fork(struct frame *f);
bool do_exec(struct frame *f);
bool do_exit(struct frame *f);
bool do_creds(struct frame *f);
bool do_capset(struct frame *f);
bool do_netns(struct frame *f);

/* ------------------------------------------------------------------- other */

/* trace.c */
void trace_call(const struct frame *before, long result, bool natively);
void complain(const char *what, long number);

/* sites.c: rewrite the call sites of what is mapped; how many could not be. */
unsigned int sites_rewrite(uint64_t from, uint64_t to);
unsigned int sites_rewrite_all(void);

#endif
