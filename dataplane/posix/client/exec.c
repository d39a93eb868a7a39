// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec: the new program is to find this library, the stack and, if there is one,
 * the connection, whatever the program did to its environment.
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "client.h"
#include "environment.h"

#define WORDS_MAX 65536
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#define LOADER_WORDS 8

/* A child of vfork shares our memory, but is a process of its own. */
static bool is_vfork_child(void)
{
	return (int)sys(__NR_getpid) != process.pid;
}

/* A descriptor of the connection that stays open over exec; -1 = none, -errno. */
static int connection_over_exec(void)
{
	int fds[2], err;
	uint64_t mask;

	if (!stack_lives())
		return -1;
	if (!is_vfork_child()) {
		sys(__NR_fcntl, process.control, F_SETFD, 0);
		return process.control;
	}
	connection_lock(&mask);
	err = stack_request(NUSE_STACK_FORK, self.slots[0] ? self.slots[0] - 1 : 0, fds, 2);
	connection_unlock(&mask);
	if (err)
		return -1;
	sys(__NR_close, fds[1]);
	sys(__NR_fcntl, fds[0], F_SETFD, 0);
	return fds[0];
}

/* exec has failed. */
static void take_back(int connection)
{
	if (connection < 0)
		return;
	if (connection == process.control)
		sys(__NR_fcntl, connection, F_SETFD, FD_CLOEXEC);
	else
		sys(__NR_close, connection);
}

static unsigned long count(char *const *words)
{
	unsigned long n = 0;

	while (words && words[n] && n < WORDS_MAX)
		n++;
	return n;
}

/* Does the file ask for an interpreter? A static program would be the host's. */
static bool is_static(long dir, const char *path)
{
	uint8_t head[4096] __attribute__((aligned(8)));
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)head;
	long fd = sys(__NR_openat, dir, path, O_RDONLY | O_CLOEXEC), n;

	if (fd < 0)
		return false;
	n = sys(__NR_read, fd, head, sizeof(head));
	sys(__NR_close, fd);
	if (n < (long)sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG))
		return false;
	for (unsigned int i = 0; i < elf->e_phnum; i++) {
		uint64_t at = elf->e_phoff + (uint64_t)i * sizeof(Elf64_Phdr);

		if (at + sizeof(Elf64_Phdr) > (uint64_t)n)
			return false;
		if (((const Elf64_Phdr *)(head + at))->p_type == PT_INTERP)
			return false;
	}
	return true;
}

/*
 * A program that would gain privileges: its loader would ignore this library, and
 * the program use the host's network. Without them it can be run, by the loader
 * itself; what it may do in the stack does not depend on the host's privileges.
 */
static bool gains_privileges(const char *path)
{
	long uid = sys(__NR_getuid);
	uint8_t caps[64];
	struct stat at;

	if (sys(__NR_stat, path, &at) < 0)
		return false;
	return (at.st_mode & S_ISUID && at.st_uid != uid) ||
	       (at.st_mode & S_ISGID && at.st_gid != sys(__NR_getgid)) ||
	       (uid && sys(__NR_getxattr, path, "security.capability", caps, sizeof(caps)) > 0);
}

static void words_for_loader(const char **words, char *const *argv, const char *path)
{
	const char *name = argv && argv[0] ? argv[0] : path;
	unsigned int n = 0;

	words[n++] = LOADER;
	words[n++] = "--preload";
	words[n++] = environment_library();
	words[n++] = "--argv0";
	words[n++] = name;
	words[n++] = path;
	for (unsigned long i = 1; i < count(argv); i++)
		words[n++] = argv[i];
	words[n] = NULL;
}

static long run(struct frame *f, char **environment, const char **words)
{
	if (f->nr == __NR_execveat)
		return sys(f->nr, f->args[0], f->args[1], f->args[2], environment, f->args[4]);
	if (!gains_privileges((const char *)f->args[0]))
		return sys(f->nr, f->args[0], f->args[1], environment);
	words_for_loader(words, (char *const *)f->args[1], (const char *)f->args[0]);
	return sys(f->nr, LOADER, words, environment);
}

/* Or the loader would leave it out, and the program use the host's network. */
static bool library_readable(void)
{
	long fd = sys(__NR_openat, AT_FDCWD, environment_library(), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	sys(__NR_close, fd);
	return true;
}

bool do_exec(struct frame *f)
{
	bool at = f->nr == __NR_execveat;
	long *env = &f->args[at ? 3 : 2];
	char *const *old = (char *const *)*env;
	const char *path = (const char *)f->args[at ? 1 : 0];
	size_t size = (count(old) + ENVIRONMENT_WORDS + 1) * sizeof(char *) + ENVIRONMENT_TEXT;
	size_t words = (count((char *const *)f->args[at ? 2 : 1]) + LOADER_WORDS) * sizeof(char *);
	int connection;
	long room, ret;

	if (is_static(at ? f->args[0] : AT_FDCWD, path)) {
		complain("a static program cannot be run on the stack yet, errno", EPERM);
		return answer(f, -EPERM);
	}
	size += words;
	if (!library_readable()) {
		complain("this user cannot read libnuse.so, without which nothing is started, errno",
			 EACCES);
		return answer(f, -EACCES);
	}
	room = sys(__NR_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room < 0 && room > -4096)
		return answer(f, -ENOMEM);
	connection = connection_over_exec();
	environment_build((char **)(room + words), old, connection);
	ret = run(f, (char **)(room + words), (const char **)room);
	take_back(connection);
	sys(__NR_munmap, room, size);
	return answer(f, ret);
}
