// SPDX-License-Identifier: GPL-2.0-only
/* Which calls are looked at, and by whom. Calls not in the table are the host's. */
#include "client.h"

/* Anything on a descriptor: the stack's as it is, with arguments where they are. */
static bool do_fd(struct frame *f)
{
	unsigned int kind = kind_of(f->args[0]);

	if (kind == KIND_LOST)
		return answer(f, -ENETDOWN);
	return kind & KIND_STACK ? answer(f, stack_call(f->nr, f->args)) : true;
}

bool do_ioctl(struct frame *f)
{
	const long fioclex = 0x5451, fionclex = 0x5450;

	return f->args[1] == fioclex || f->args[1] == fionclex ? true : do_fd(f);
}

/* Namespaces of the network are the stack's; of the rest, the host's. */
bool do_netns(struct frame *f)
{
	const long newnet = 0x40000000;
	long flags = f->args[f->nr == __NR_setns], ret;

	if (f->nr == __NR_setns && kind_of(f->args[0]) & KIND_STACK)
		return answer(f, stack_call(f->nr, f->args));
	if (f->nr == __NR_setns && flags & newnet) {
		complain("a network namespace of the host cannot be entered, descriptor", f->args[0]);
		return answer(f, -EINVAL);
	}
	if (f->nr == __NR_setns || !(flags & newnet))
		return true;
	ret = stack(__NR_unshare, newnet);
	if (ret || flags == newnet)
		return answer(f, ret);
	f->args[0] = flags & ~newnet;
	return true;
}

static bool do_refuse(struct frame *f)
{
	return answer(f, -ENOSYS);
}

static bool do_refuse_splice(struct frame *f)
{
	bool ours = in_stack(f->args[0]) || in_stack(f->args[f->nr == __NR_splice ? 2 : 1]);

	return ours ? answer(f, -EINVAL) : true;
}

/*
 * The table: X(call, class, handler). Handlers say true for a call that the host
 * is to make after all.
 */
#define CALLS(X)								\
	X(read, FD, do_read)		X(pread64, FD, do_read)			\
	X(getdents64, FD, do_read)	X(write, FD, do_write)			\
	X(pwrite64, FD, do_write)	X(readv, FD, do_vector)			\
	X(writev, FD, do_vector)	X(preadv, FD, do_fd)			\
	X(pwritev, FD, do_fd)		X(preadv2, FD, do_fd)			\
	X(pwritev2, FD, do_fd)		X(lseek, FD, do_fd)			\
	X(fstat, FD, do_fd)		X(fstatfs, FD, do_fd)			\
	X(getdents, FD, do_fd)		X(fsync, FD, do_fd)			\
	X(ftruncate, FD, do_fd)		X(flock, FD, do_fd)			\
	X(fchdir, FD, do_fd)		X(fchmod, FD, do_fd)			\
	X(fchown, FD, do_fd)		X(fgetxattr, FD, do_fd)			\
	X(sendto, FD, do_send)		X(recvfrom, FD, do_recv)		\
	X(sendmsg, FD, do_message)	X(recvmsg, FD, do_message)		\
	X(sendmmsg, FD, do_fd)		X(recvmmsg, FD, do_fd)			\
	X(bind, FD, do_address)		X(connect, FD, do_address)		\
	X(listen, FD, do_fd)		X(shutdown, FD, do_fd)			\
	X(getsockname, FD, do_name)	X(getpeername, FD, do_name)		\
	X(getsockopt, FD, do_getsockopt) X(setsockopt, FD, do_setsockopt)	\
	X(accept, FD, do_accept)	X(accept4, FD, do_accept)		\
	X(ioctl, FD, do_ioctl)		X(fcntl, FD, do_fcntl)			\
	X(close, FD, do_close)		X(dup, FD, do_dup)			\
	X(epoll_ctl, FD, do_epoll_ctl)	X(epoll_wait, FD, do_epoll_wait)	\
	X(epoll_pwait, FD, do_epoll_wait)					\
	X(epoll_pwait2, FD, do_epoll_wait)					\
	X(socket, ALWAYS, do_socket)	X(socketpair, ALWAYS, do_socket)	\
	X(dup2, ALWAYS, do_dup2)	X(dup3, ALWAYS, do_dup2)		\
	X(close_range, ALWAYS, do_close_range)					\
	X(poll, ALWAYS, do_poll)	X(ppoll, ALWAYS, do_poll)		\
	X(select, ALWAYS, do_select)	X(pselect6, ALWAYS, do_select)		\
	X(epoll_create, ALWAYS, do_epoll_create)				\
	X(epoll_create1, ALWAYS, do_epoll_create)				\
	X(sendfile, ALWAYS, do_sendfile)					\
	X(splice, ALWAYS, do_refuse_splice) X(tee, ALWAYS, do_refuse_splice)	\
	X(mmap, ALWAYS, do_mmap)						\
	X(open, ALWAYS, do_open)	X(openat, ALWAYS, do_open)		\
	X(stat, ALWAYS, do_path)	X(lstat, ALWAYS, do_path)		\
	X(access, ALWAYS, do_path)	X(readlink, ALWAYS, do_path)		\
	X(statfs, ALWAYS, do_path)	X(mkdir, ALWAYS, do_path)		\
	X(rmdir, ALWAYS, do_path)	X(unlink, ALWAYS, do_path)		\
	X(umount2, ALWAYS, do_path)	X(mount, ALWAYS, do_mount)		\
	X(mkdirat, ALWAYS, do_path_at)	X(unlinkat, ALWAYS, do_path_at)		\
	X(newfstatat, ALWAYS, do_path_at) X(statx, ALWAYS, do_path_at)		\
	X(faccessat, ALWAYS, do_path_at) X(faccessat2, ALWAYS, do_path_at)	\
	X(readlinkat, ALWAYS, do_path_at)					\
	X(clone, ALWAYS, do_fork)	X(clone3, ALWAYS, do_fork)		\
	X(fork, ALWAYS, do_fork)	X(execve, ALWAYS, do_exec)		\
	X(execveat, ALWAYS, do_exec)	X(exit, ALWAYS, do_exit)		\
	X(setuid, ALWAYS, do_creds)	X(setgid, ALWAYS, do_creds)		\
	X(setreuid, ALWAYS, do_creds)	X(setregid, ALWAYS, do_creds)		\
	X(setresuid, ALWAYS, do_creds)	X(setresgid, ALWAYS, do_creds)		\
	X(setgroups, ALWAYS, do_creds)	X(capset, ALWAYS, do_capset)		\
	X(unshare, ALWAYS, do_netns)	X(setns, ALWAYS, do_netns)		\
	X(io_uring_setup, ALWAYS, do_refuse)

#define CLASS(name, class, handler) [__NR_##name] = CLASS_##class,
const uint8_t nuse_classes[NR_CLASSES] = { CALLS(CLASS) };

#define CALL_NAME(name, class, handler) [__NR_##name] = #name,
const char *const nuse_call_names[NR_CLASSES] = { CALLS(CALL_NAME) };

#define HANDLER(name, class, handler) [__NR_##name] = handler,
static bool (*const handlers[NR_CLASSES])(struct frame *f) = { CALLS(HANDLER) };

bool nuse_dispatch(struct frame *f)
{
	unsigned long nr = (unsigned long)f->nr;
	struct frame before;
	bool natively;

	if (nr >= NR_CLASSES || !handlers[nr])
		return true;
	if (!__builtin_expect(process.trace, 0))
		return handlers[nr](f);
	before = *f;
	natively = handlers[nr](f);
	trace_call(&before, f->nr, natively);
	return natively;
}
