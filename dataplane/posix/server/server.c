// SPDX-License-Identifier: GPL-2.0-only
/* The server's thread, and its socket. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "error.h"
#include "internal.h"

#define BACKLOG 128
#define PANIC_LOOK_MS 100
#define CLOCK_MS 10000			/* of quiet, until clocks are compared */

static void accept_one(struct nuse_server *server)
{
	int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		session_create(server, fd);
}

static void on_event(struct nuse_server *server, void *who)
{
	uint64_t count;

	if (who == &server->listen_fd)
		accept_one(server);
	else if (who == &server->wake_fd) {
		if (read(server->wake_fd, &count, sizeof(count)) > 0)
			windows_reap(server);
	} else if (!session_answer(who)) {
		session_end(who);
		windows_reap(server);
	}
}

static bool all_released(const struct nuse_server *server)
{
	for (const struct window *window = server->windows; window; window = window->next)
		if (!atomic_load(&window->released))
			return false;
	return true;
}

/* The kernel lets go of every window, in its own time; one that has ended, at once. */
static void end_sessions(struct nuse_server *server)
{
	struct pollfd wake = { .fd = server->wake_fd, .events = POLLIN };
	uint64_t count;

	while (server->sessions)
		session_end(server->sessions);
	while (!all_released(server) && !nuse_instance_panic(server->inst))
		if (poll(&wake, 1, PANIC_LOOK_MS) > 0 &&
		    read(server->wake_fd, &count, sizeof(count)) < 0)
			break;
	windows_free(server);
}

/* One event at a time: an earlier one may end a session. */
static void *serve(void *arg)
{
	struct nuse_server *server = arg;
	struct epoll_event event;

	status_begin_life(server);
	while (!atomic_load(&server->stop)) {
		int n = epoll_wait(server->epoll_fd, &event, 1, CLOCK_MS);

		if (n > 0)
			on_event(server, event.data.ptr);
		else if (n == 0)
			clock_follow(server);
		else if (n < 0 && errno != EINTR)
			break;
	}
	end_sessions(server);
	status_end_life(server);
	return NULL;
}

static int watch(struct nuse_server *server, int *fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, *fd, &event) < 0 ? -errno : 0;
}

/* Is somebody listening there? Then it is not ours to replace. */
static int clear_path(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
	close(fd);
	if (!err)
		return -EADDRINUSE;
	if (err == ECONNREFUSED && unlink(address->sun_path) < 0)
		return -errno;
	return err == ECONNREFUSED || err == ENOENT ? 0 : -err;
}

static int listen_at(struct nuse_server *server, const char *path, unsigned int mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	err = clear_path(&address);
	if (err)
		return err;
	server->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->listen_fd < 0)
		return -errno;
	before = umask(~mode & 0777);
	err = bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno
											: 0;
	umask(before);
	if (err)
		return err;
	server->path = strdup(path);
	if (!server->path || chmod(path, mode) < 0 || listen(server->listen_fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

/* What stands for the stack's descriptors in clients: nothing can be done with it. */
static int make_place(struct nuse_server *server)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

	server->place_fd = memfd_create("nuse-descriptor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (server->place_fd < 0 || fcntl(server->place_fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	return 0;
}

static int open_descriptors(struct nuse_server *server, const char *path, unsigned int mode)
{
	int err = status_open(server);

	if (!err)
		err = make_place(server);
	if (err)
		return err;
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->epoll_fd < 0 || server->wake_fd < 0)
		return -errno;
	err = listen_at(server, path, mode);
	if (!err)
		err = watch(server, &server->listen_fd);
	return err ? err : watch(server, &server->wake_fd);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void free_server(struct nuse_server *server)
{
	if (server->path)
		unlink(server->path);
	close_fd(server->listen_fd);
	close_fd(server->epoll_fd);
	close_fd(server->wake_fd);
	close_fd(server->place_fd);
	status_close(server);
	free(server->path);
	free(server);
}

static int start_thread(struct nuse_server *server)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&server->thread, NULL, serve, server);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		pthread_setname_np(server->thread, "nuse-stack");
	return -err;
}

int nuse_server_open(struct nuse_instance *inst, const char *path, unsigned int mode,
		     struct nuse_server **out, char *text, size_t size)
{
	const struct nuse_error error = { text, size };
	struct nuse_server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return nuse_error(&error, ENOMEM, "no memory");
	server->inst = inst;
	server->status_fd = server->place_fd = -1;
	server->listen_fd = server->epoll_fd = server->wake_fd = -1;
	err = open_descriptors(server, path, mode);
	if (!err)
		err = nuse_instance_show_sleep(inst, &server->status->sleeping);
	if (!err)
		err = clock_follow(server);
	if (!err)
		err = root_prepare(server);
	if (!err)
		err = start_thread(server);
	if (err) {
		if (server->status)
			nuse_instance_show_sleep(inst, NULL);
		free_server(server);
		return nuse_error_errno(&error, -err, "cannot serve programs at %s", path);
	}
	*out = server;
	return 0;
}

void nuse_server_down(struct nuse_server *server)
{
	static const uint64_t one = 1;

	atomic_store(&server->stop, true);
	if (write(server->wake_fd, &one, sizeof(one)) < 0)
		abort();		/* it is an eventfd that is not full */
}

void nuse_server_close(struct nuse_server *server)
{
	if (!server)
		return;
	nuse_instance_show_sleep(server->inst, NULL);
	nuse_server_down(server);
	pthread_join(server->thread, NULL);
	free_server(server);
}
