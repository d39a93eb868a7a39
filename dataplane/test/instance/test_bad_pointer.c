// SPDX-License-Identifier: GPL-2.0-only
/* System calls with pointers that lead nowhere. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

#include "kit.h"

static struct nuse_instance *inst;
static unsigned int wrong;

static int boot(void **state)
{
	(void)state;
	wrong = 0;
	inst = kit_boot(NULL);
	kit_assert_well(inst);		/* sets lo up */
	return 0;
}

static int destroy(void **state)
{
	(void)state;
	nuse_instance_destroy(inst);
	return 0;
}

/* In the place of an argument or a structure's member: the bad pointer. */
#define BAD 0x0bad0bad0bad0badl

enum direction {
	IN,				/* the kernel reads what is there */
	OUT,				/* it writes */
};

/* Descriptors of the instance, ready to give what is asked of them. */
static long pipe_read, pipe_write, file, dir, udp, tcp, pair, peer, netlink, epoll, timer;

/* Structures that are good, but for a pointer in them. */
static struct iovec bad_iov = { (void *)BAD, 16 };
static char good[256];
static struct iovec good_iov = { good, 16 };
static struct sockaddr_in loopback;
static socklen_t good_len = sizeof(struct sockaddr_in);
static struct msghdr msg_bad_iov = { .msg_iov = (void *)BAD, .msg_iovlen = 1 };
static struct msghdr msg_bad_base = { .msg_iov = &bad_iov, .msg_iovlen = 1 };
static struct msghdr msg_bad_name = { .msg_name = (void *)BAD, .msg_namelen = 16,
				      .msg_iov = &good_iov, .msg_iovlen = 1 };
static struct msghdr msg_bad_control = { .msg_control = (void *)BAD, .msg_controllen = 64,
					 .msg_iov = &good_iov, .msg_iovlen = 1 };
static struct ifconf bad_ifconf = { .ifc_len = 128, .ifc_buf = (void *)BAD };
static struct ifreq bad_ethtool = { .ifr_name = "lo", .ifr_data = (void *)BAD };
static struct sock_fprog bad_filter = { .len = 4, .filter = (void *)BAD };
static union bpf_attr bad_program = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
				      .insns = BAD, .license = BAD };
static struct timespec soon = { 0, 1000 };
static struct timeval no_time;
static struct epoll_event event = { .events = EPOLLIN };

struct bad_call {
	const char *what;
	long nr, args[6];
	enum direction direction;
	long *fd;			/* what stands for args[0] */
};

#define PTR(x) ((long)(x))

static const struct bad_call calls[] = {
	{ "read", SYS_read, { 0, BAD, 16 }, OUT, &pipe_read },
	{ "write", SYS_write, { 0, BAD, 16 }, IN, &pipe_write },
	{ "read of a file", SYS_read, { 0, BAD, 16 }, OUT, &file },
	{ "write of a file", SYS_write, { 0, BAD, 16 }, IN, &file },
	{ "pread", SYS_pread64, { 0, BAD, 16, 0 }, OUT, &file },
	{ "pwrite", SYS_pwrite64, { 0, BAD, 16, 0 }, IN, &file },
	{ "readv", SYS_readv, { 0, BAD, 1 }, IN, &pipe_read },
	{ "writev", SYS_writev, { 0, BAD, 1 }, IN, &pipe_write },
	{ "readv of a bad base", SYS_readv, { 0, PTR(&bad_iov), 1 }, OUT, &pipe_read },
	{ "writev of a bad base", SYS_writev, { 0, PTR(&bad_iov), 1 }, IN, &pipe_write },
	{ "sendto", SYS_sendto, { 0, BAD, 16, 0, PTR(&loopback), 16 }, IN, &udp },
	{ "sendto to", SYS_sendto, { 0, PTR(good), 16, 0, BAD, 16 }, IN, &udp },
	{ "sendmsg", SYS_sendmsg, { 0, BAD, 0 }, IN, &pair },
	{ "sendmsg of bad iov", SYS_sendmsg, { 0, PTR(&msg_bad_iov), 0 }, IN, &pair },
	{ "sendmsg of a bad base", SYS_sendmsg, { 0, PTR(&msg_bad_base), 0 }, IN, &pair },
	{ "sendmsg to", SYS_sendmsg, { 0, PTR(&msg_bad_name), 0 }, IN, &udp },
	{ "sendmsg of control", SYS_sendmsg, { 0, PTR(&msg_bad_control), 0 }, IN, &pair },
	{ "sendmmsg", SYS_sendmmsg, { 0, BAD, 1, 0 }, IN, &pair },
	{ "netlink", SYS_sendto, { 0, BAD, 32, 0, 0, 0 }, IN, &netlink },
	{ "recvfrom", SYS_recvfrom, { 0, BAD, 16, MSG_DONTWAIT }, OUT, &pair },
	{ "recvfrom from", SYS_recvfrom, { 0, PTR(good), 16, MSG_DONTWAIT, BAD, PTR(&good_len) },
	  OUT, &udp },
	{ "recvfrom length", SYS_recvfrom, { 0, PTR(good), 16, MSG_DONTWAIT, PTR(good), BAD },
	  OUT, &udp },
	{ "recvmsg", SYS_recvmsg, { 0, BAD, MSG_DONTWAIT }, OUT, &pair },
	{ "recvmsg of bad iov", SYS_recvmsg, { 0, PTR(&msg_bad_iov), MSG_DONTWAIT }, IN, &pair },
	{ "recvmsg of a bad base", SYS_recvmsg, { 0, PTR(&msg_bad_base), MSG_DONTWAIT }, OUT,
	  &pair },
	{ "recvmmsg", SYS_recvmmsg, { 0, BAD, 1, MSG_DONTWAIT, 0 }, OUT, &pair },
	{ "recvmmsg timeout", SYS_recvmmsg, { 0, PTR(good), 1, MSG_DONTWAIT, BAD }, IN, &pair },
	{ "getsockname", SYS_getsockname, { 0, BAD, PTR(&good_len) }, OUT, &udp },
	{ "getsockname length", SYS_getsockname, { 0, PTR(good), BAD }, OUT, &udp },
	{ "getpeername", SYS_getpeername, { 0, BAD, PTR(&good_len) }, OUT, &pair },
	{ "bind", SYS_bind, { 0, BAD, 16 }, IN, &tcp },
	{ "connect", SYS_connect, { 0, BAD, 16 }, IN, &tcp },
	{ "getsockopt", SYS_getsockopt, { 0, SOL_SOCKET, SO_RCVBUF, BAD, PTR(&good_len) }, OUT,
	  &udp },
	{ "getsockopt length", SYS_getsockopt, { 0, SOL_SOCKET, SO_RCVBUF, PTR(good), BAD }, OUT,
	  &udp },
	{ "setsockopt", SYS_setsockopt, { 0, SOL_SOCKET, SO_RCVBUF, BAD, 4 }, IN, &udp },
	{ "setsockopt membership", SYS_setsockopt,
	  { 0, IPPROTO_IP, IP_ADD_MEMBERSHIP, BAD, sizeof(struct ip_mreqn) }, IN, &udp },
	{ "setsockopt congestion", SYS_setsockopt, { 0, IPPROTO_TCP, 13, BAD, 5 }, IN, &tcp },
	{ "setsockopt filter", SYS_setsockopt, { 0, SOL_SOCKET, SO_ATTACH_FILTER, BAD, 16 }, IN,
	  &udp },
	{ "setsockopt bad filter", SYS_setsockopt,
	  { 0, SOL_SOCKET, SO_ATTACH_FILTER, PTR(&bad_filter), 16 }, IN, &udp },
	{ "ioctl SIOCGIFCONF", SYS_ioctl, { 0, SIOCGIFCONF, BAD }, OUT, &udp },
	{ "ioctl SIOCGIFCONF bad", SYS_ioctl, { 0, SIOCGIFCONF, PTR(&bad_ifconf) }, OUT, &udp },
	{ "ioctl SIOCGIFFLAGS", SYS_ioctl, { 0, SIOCGIFFLAGS, BAD }, IN, &udp },
	{ "ioctl SIOCETHTOOL", SYS_ioctl, { 0, SIOCETHTOOL, PTR(&bad_ethtool) }, IN, &udp },
	{ "ioctl FIONREAD", SYS_ioctl, { 0, FIONREAD, BAD }, OUT, &pair },
	{ "epoll_ctl", SYS_epoll_ctl, { 0, EPOLL_CTL_MOD, 0, BAD }, IN, &epoll },
	{ "epoll_wait", SYS_epoll_wait, { 0, BAD, 1, 0 }, OUT, &epoll },
	{ "poll", SYS_poll, { BAD, 1, 0 }, OUT, NULL },
	{ "ppoll timeout", SYS_ppoll, { 0, 0, BAD, 0 }, IN, NULL },
	{ "select", SYS_select, { 8, BAD, 0, 0, PTR(&no_time) }, OUT, NULL },
	{ "select timeout", SYS_select, { 0, 0, 0, 0, BAD }, IN, NULL },
	{ "clock_gettime", SYS_clock_gettime, { CLOCK_REALTIME, BAD }, OUT, NULL },
	{ "clock_getres", SYS_clock_getres, { CLOCK_REALTIME, BAD }, OUT, NULL },
	{ "clock_settime", SYS_clock_settime, { CLOCK_REALTIME, BAD }, IN, NULL },
	{ "gettimeofday", SYS_gettimeofday, { BAD, 0 }, OUT, NULL },
	{ "nanosleep", SYS_nanosleep, { BAD, 0 }, IN, NULL },
	{ "clock_nanosleep", SYS_clock_nanosleep, { CLOCK_MONOTONIC, 0, BAD, 0 }, IN, NULL },
	{ "timerfd_settime", SYS_timerfd_settime, { 0, 0, BAD, 0 }, IN, &timer },
	{ "timerfd_gettime", SYS_timerfd_gettime, { 0, BAD }, OUT, &timer },
	{ "timer_create", SYS_timer_create, { CLOCK_MONOTONIC, BAD, PTR(good) }, IN, NULL },
	{ "pipe2", SYS_pipe2, { BAD, 0 }, OUT, NULL },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, BAD }, OUT, NULL },
	{ "bpf", SYS_bpf, { BPF_MAP_CREATE, BAD, sizeof(union bpf_attr) }, IN, NULL },
	{ "bpf of a bad program", SYS_bpf, { BPF_PROG_LOAD, PTR(&bad_program),
					     sizeof(bad_program) }, IN, NULL },
	{ "open", SYS_open, { BAD, O_RDONLY }, IN, NULL },
	{ "openat2", SYS_openat2, { AT_FDCWD, PTR("/"), BAD, 24 }, IN, NULL },
	{ "stat", SYS_stat, { PTR("/"), BAD }, OUT, NULL },
	{ "stat of", SYS_stat, { BAD, PTR(good) }, IN, NULL },
	{ "statx", SYS_statx, { AT_FDCWD, PTR("/"), 0, 0xfff, BAD }, OUT, NULL },
	{ "fstat", SYS_fstat, { 0, BAD }, OUT, &file },
	{ "statfs", SYS_statfs, { PTR("/"), BAD }, OUT, NULL },
	{ "getcwd", SYS_getcwd, { BAD, 64 }, OUT, NULL },
	{ "getdents64", SYS_getdents64, { 0, BAD, 4096 }, OUT, &dir },
	{ "readlink", SYS_readlink, { PTR("/proc/self"), BAD, 64 }, OUT, NULL },
	{ "mkdir", SYS_mkdir, { BAD, 0700 }, IN, NULL },
	{ "rename", SYS_rename, { PTR("/init"), BAD }, IN, NULL },
	{ "mount", SYS_mount, { PTR("x"), BAD, PTR("proc"), 0, 0 }, IN, NULL },
	{ "uname", SYS_uname, { BAD }, OUT, NULL },
	{ "sysinfo", SYS_sysinfo, { BAD }, OUT, NULL },
	{ "getrlimit", SYS_getrlimit, { 7, BAD }, OUT, NULL },
	{ "prlimit64", SYS_prlimit64, { 0, 7, BAD, 0 }, IN, NULL },
	{ "getrusage", SYS_getrusage, { 0, BAD }, OUT, NULL },
	{ "times", SYS_times, { BAD }, OUT, NULL },
	{ "getrandom", SYS_getrandom, { BAD, 16, 0 }, OUT, NULL },
	{ "getcpu", SYS_getcpu, { BAD, 0, 0 }, OUT, NULL },
	{ "setgroups", SYS_setgroups, { 2, BAD }, IN, NULL },
	{ "capget", SYS_capget, { BAD, 0 }, IN, NULL },
	{ "capset", SYS_capset, { BAD, 0 }, IN, NULL },
	{ "sethostname", SYS_sethostname, { BAD, 8 }, IN, NULL },
	{ "rt_sigaction", SYS_rt_sigaction, { 10, BAD, 0, 8 }, IN, NULL },
	{ "rt_sigprocmask", SYS_rt_sigprocmask, { 0, BAD, 0, 8 }, IN, NULL },
	{ "signalfd4", SYS_signalfd4, { -1, BAD, 8, 0 }, IN, NULL },
	{ "rt_sigtimedwait", SYS_rt_sigtimedwait, { BAD, 0, PTR(&soon), 8 }, IN, NULL },
	{ "execve", SYS_execve, { BAD, 0, 0 }, IN, NULL },
	{ "clone3", SYS_clone3, { BAD, 88 }, IN, NULL },
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

static void open_descriptors(void)
{
	struct itimerspec never = { { 0, 0 }, { 3600, 0 } };
	int fds[2];

	assert_int_equal(kit_call(inst, SYS_pipe2, fds, O_NONBLOCK), 0);
	pipe_read = fds[0];
	pipe_write = fds[1];
	assert_int_equal(kit_call(inst, SYS_socketpair, AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds),
			 0);
	pair = fds[0];
	peer = fds[1];
	file = kit_call(inst, SYS_open, "/file", O_RDWR | O_CREAT, 0600);
	assert_int_equal(kit_call(inst, SYS_pwrite64, file, good, sizeof(good), 0), sizeof(good));
	dir = kit_call(inst, SYS_open, "/", O_RDONLY | O_DIRECTORY);
	udp = kit_call(inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	tcp = kit_call(inst, SYS_socket, AF_INET, SOCK_STREAM, 0);
	netlink = kit_call(inst, SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	timer = kit_call(inst, SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	epoll = kit_call(inst, SYS_epoll_create1, 0);
	assert_true(file >= 0 && dir >= 0 && udp >= 0 && tcp >= 0 && netlink >= 0 && timer >= 0);
	assert_int_equal(kit_call(inst, SYS_timerfd_settime, timer, 0, &never, NULL), 0);
	assert_int_equal(kit_call(inst, SYS_write, pipe_write, good, 64), 64);
	assert_int_equal(kit_call(inst, SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, pipe_read, &event), 0);

	loopback = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	good_len = sizeof(loopback);
	assert_int_equal(kit_call(inst, SYS_bind, udp, &loopback, sizeof(loopback)), 0);
	assert_int_equal(kit_call(inst, SYS_getsockname, udp, &loopback, &good_len), 0);
}

static void close_descriptors(void)
{
	kit_call(inst, SYS_close_range, 0, ~0u, 0);
}

/* Something for the calls that receive. */
static void fill_sockets(void)
{
	char waste[16];

	while (kit_call(inst, SYS_recvfrom, udp, waste, 16, MSG_DONTWAIT) >= 0)
		;
	kit_call(inst, SYS_sendto, udp, good, 16, 0, &loopback, sizeof(loopback));
	kit_call(inst, SYS_sendto, peer, good, 16, MSG_DONTWAIT, NULL, 0);
}

/* The call with the pointer in its place, be that in a structure. */
static long call_with(const struct bad_call *call, uint64_t pointer)
{
	void **members[] = { &bad_iov.iov_base, (void **)&msg_bad_iov.msg_iov, &msg_bad_name.msg_name,
			     &msg_bad_control.msg_control, (void **)&bad_ifconf.ifc_buf,
			     (void **)&bad_ethtool.ifr_data, (void **)&bad_filter.filter };
	long args[6];

	good_len = sizeof(loopback);
	bad_ifconf.ifc_len = 128;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		*members[i] = (void *)pointer;
	bad_program.insns = bad_program.license = pointer;
	for (int i = 0; i < 6; i++)
		args[i] = call->args[i] == BAD ? (long)pointer : call->args[i];
	if (call->fd)
		args[0] = *call->fd;
	if (call->nr == SYS_epoll_ctl)
		args[2] = pipe_read;
	kit_call(inst, SYS_lseek, file, 0, SEEK_SET);
	return nuse_instance_syscall(inst, call->nr, args);
}

static bool null_means_none(const struct bad_call *call)
{
	static const char *const names[] = {
		"sendmsg of control", "recvfrom from", "recvfrom length", "ppoll timeout",
		"select", "select timeout", "recvmmsg timeout", "sendmsg to", "sendto to",
		"clock_getres", "gettimeofday", "timer_create", "prlimit64", "times", "getcpu",
		"rt_sigaction", "rt_sigprocmask", "mount", "ioctl SIOCGIFCONF bad", "setsockopt bad filter",
		"readv", "writev", "sendto", "bpf of a bad program",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], call->what))
			return true;
	return false;
}

static void try_bad(const struct bad_call *call, uint64_t pointer, const char *kind)
{
	long result;

	fill_sockets();
	result = call_with(call, pointer);
	if (nuse_instance_panic(inst))
		fail_msg("%s with %s: panic: %s", call->what, kind, nuse_instance_panic(inst));
	if (result != -EFAULT) {
		print_error("%s with %s: %ld, not EFAULT\n", call->what, kind, result);
		wrong++;
	}
}

static void answers_bad_pointers_with_efault(void **state)
{
	uint8_t *pages = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct { const char *what; uint64_t pointer; } kinds[] = {
		{ "8", 8 },
		{ "an unmapped page", (uintptr_t)pages + 4096 },
		{ "the middle of an unmapped page", (uintptr_t)pages + 4096 + 1234 },
		{ "the end of user space", 0x7fffffffe000 },
		{ "the hole", 0x0000800000000000 },
		{ "another hole", 0x8000000000000000 },
		{ "the host's kernel", 0xffff888000000000 },
		{ "the end of it all", UINT64_MAX },
	};

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	open_descriptors();
	for (const struct bad_call *call = calls; call < calls + NR_CALLS; call++) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			try_bad(call, kinds[i].pointer, kinds[i].what);
		if (!null_means_none(call))
			try_bad(call, 0, "NULL");
	}
	assert_int_equal(wrong, 0);
	close_descriptors();
	kit_assert_well(inst);
	munmap(pages, 3 * 4096);
}

static void does_not_write_to_read_only_memory(void **state)
{
	uint8_t *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	open_descriptors();
	for (const struct bad_call *call = calls; call < calls + NR_CALLS; call++)
		if (call->direction == OUT)
			try_bad(call, (uintptr_t)page, "read-only memory");
	assert_int_equal(wrong, 0);
	kit_assert_well(inst);
	munmap(page, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_bad_pointers_with_efault, boot, destroy),
		cmocka_unit_test_setup_teardown(does_not_write_to_read_only_memory, boot, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
