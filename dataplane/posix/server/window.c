// SPDX-License-Identifier: GPL-2.0-only
/* Windows: memory shared with one process, and that process's tasks in the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static int map_window(struct window *window)
{
	void *memory;

	window->fd = memfd_create("nuse-window", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (window->fd < 0 || ftruncate(window->fd, NUSE_STACK_WINDOW) < 0)
		return -errno;
	/* The process must not be able to take pages away from the worker. */
	if (fcntl(window->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	memory = mmap(NULL, NUSE_STACK_WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, window->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	window->memory = memory;
	return 0;
}

static void free_window(struct window *window)
{
	if (window->process)
		nuse_process_free(window->process);
	if (window->memory)
		munmap(window->memory, NUSE_STACK_WINDOW);
	if (window->fd >= 0)
		close(window->fd);
	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++)
		if (window->events[i])
			close(window->events[i] - 1);
	free(window);
}

int window_create(struct nuse_server *server, struct window **out)
{
	struct window *window = calloc(1, sizeof(*window));
	int err;

	if (!window)
		return -ENOMEM;
	window->server = server;
	window->fd = -1;
	err = map_window(window);
	if (err) {
		free_window(window);
		return err;
	}
	window->next = server->windows;
	server->windows = window;
	*out = window;
	return 0;
}

/* The worker's thread, inside the kernel. */
static void released(void *user)
{
	struct window *window = user;
	static const uint64_t one = 1;
	int wake = window->server->wake_fd;

	atomic_store(&window->released, true);
	if (write(wake, &one, sizeof(one)) < 0)
		return;			/* full: it is readable already */
}

int window_attach(struct window *window, uint64_t base, pid_t pid)
{
	const struct nuse_process_config config = {
		.remote = {
			.base = base,
			.size = NUSE_STACK_WINDOW,
			.window = window->memory,
			.pending = ((struct nuse_stack_bell *)window->memory)->pending,
		},
		.released = released,
		.user = window,
	};
	int err = nuse_process_open(window->server->inst, &config, &window->process);

	if (err)
		return err;
	window->base = base;
	nuse_process_set_pid(window->process, pid);
	return 0;
}

int window_client(struct window *window, unsigned int index, const struct window *parent,
		  unsigned int parent_index, unsigned int flags,
		  const struct nuse_credentials *creds)
{
	const struct nuse_remote_client client = {
		.flags = flags,
		.index = index,
		.parent = parent ? parent->clients[parent_index] - 1 : -1,
		.call = (struct nuse_call *)(window->memory + NUSE_STACK_CALLS) + index,
		.creds = creds ? *creds : (struct nuse_credentials){ 0 },
	};
	int number;

	if (parent && client.parent < 0)
		return -EINVAL;
	memset(client.call, 0, sizeof(*client.call));
	number = nuse_process_client(window->process, &client);
	if (number < 0)
		return number;
	window->clients[index] = number + 1;
	return 0;
}

int window_event(struct window *window, unsigned int index)
{
	int fd;

	if (!window->clients[index])
		return -EINVAL;
	if (window->events[index])
		return window->events[index] - 1;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	window->events[index] = fd + 1;
	nuse_process_notify(window->process, (unsigned int)window->clients[index] - 1, fd);
	return fd;
}

void window_close(struct window *window)
{
	if (!window || window->closed)
		return;
	window->closed = true;
	for (unsigned int i = 0; i < NUSE_STACK_SLOTS; i++)
		if (window->events[i])
			nuse_process_notify(window->process,
					    (unsigned int)window->clients[i] - 1, -1);
	/* A kernel that has ended does not touch it any more either. */
	if (!window->process || nuse_process_close(window->process))
		atomic_store(&window->released, true);
}

void windows_reap(struct nuse_server *server)
{
	struct window **at = &server->windows;

	while (*at) {
		struct window *window = *at;

		if (window->closed && atomic_load(&window->released)) {
			*at = window->next;
			free_window(window);
		} else {
			at = &window->next;
		}
	}
}

void windows_free(struct nuse_server *server)
{
	while (server->windows) {
		struct window *window = server->windows;

		server->windows = window->next;
		free_window(window);
	}
}
