// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes and threads. A child process gets a connection of its own before it
 * begins, so that what it inherits is what its parent had at that moment.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>

#include "client.h"

static bool makes_process(const struct frame *f)
{
	unsigned long flags = (unsigned long)f->args[0];

	if (f->nr == __NR_fork)
		return true;
	if (f->nr == __NR_vfork)
		return false;
	if (f->nr == __NR_clone3)
		flags = ((const struct clone_args *)f->args[0])->flags;
	return !(flags & CLONE_VM);
}

/* The child's connection and window, asked for by its parent. */
static int prepare(int fds[2])
{
	struct ring_call ring;
	uint64_t mask;
	int err = call_begin(&ring);

	if (err)
		return err;
	connection_lock(&mask);
	err = stack_request(NUSE_STACK_FORK, ring.slot, fds, 2);
	connection_unlock(&mask);
	call_end(&ring);
	return err;
}

static void become_child(const int fds[2])
{
	long window;

	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++) {
		if (process.events[i] > 0)
			drop_own(process.events[i]);
		process.events[i] = 0;
		process.slots[i] = SLOT_NONE;
	}
	sys(__NR_dup3, fds[0], process.control, O_CLOEXEC);
	window = sys(__NR_mmap, process.window, NUSE_STACK_WINDOW, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, fds[1], 0);
	process.pid = (int)sys(__NR_getpid);
	process.lock = 0;
	self = (struct thread){ .slots = { 1 }, .generation = process.generation };
	process.slots[0] = SLOT_TAKEN;
	/* Without them the stack is down, for this process. */
	if ((window < 0 && window > -4096) || stack_request(NUSE_STACK_CHILD, 0, NULL, 0))
		process.life = ~process.life;
}

bool do_fork(struct frame *f)
{
	int fds[2] = { -1, -1 };
	long ret;

	if (!makes_process(f))
		return true;
	/* Who has nothing in the stack has nothing to inherit. */
	if (stack_lives()) {
		ret = prepare(fds);
		if (ret)
			return answer(f, ret == -ENETDOWN ? -EAGAIN : ret);
	}
	ret = sys6(f->nr, f->args[0], f->args[1], f->args[2], f->args[3], f->args[4], f->args[5]);
	if (ret == 0 && fds[0] >= 0)
		become_child(fds);
	else if (ret == 0)
		process.pid = (int)sys(__NR_getpid);
	if (fds[0] >= 0) {
		sys(__NR_close, fds[0]);
		sys(__NR_close, fds[1]);
	}
	return answer(f, ret);
}

/* A thread ends: another may have its slots. */
bool do_exit(struct frame *f)
{
	(void)f;
	for (unsigned int i = 0; i < SLOT_DEPTH; i++) {
		unsigned int slot = self.slots[i];

		self.slots[i] = 0;
		if (slot && i >= self.depth && self.generation == process.generation)
			__atomic_store_n(&process.slots[slot - 1], SLOT_FREE, __ATOMIC_SEQ_CST);
	}
	return true;
}

/*
 * What the process began with decides what it may map: it is known to the stack
 * before the process gives it up.
 */
bool do_capset(struct frame *f)
{
	long ret;

	if (stack(__NR_getuid) < 0)
		return true;
	ret = sys(f->nr, f->args[0], f->args[1]);
	if (ret >= 0)
		stack_call(f->nr, f->args);
	return answer(f, ret);
}

/* Who the thread is on the host, it is in the stack. */
bool do_creds(struct frame *f)
{
	long ret;

	if (!stack_lives())
		return true;
	ret = sys(f->nr, f->args[0], f->args[1], f->args[2]);
	if (ret >= 0)
		stack_call(f->nr, f->args);
	return answer(f, ret);
}
