// SPDX-License-Identifier: GPL-2.0-only
/* A connection: what its process asks for. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

struct session *session_create(struct nuse_server *server, int fd)
{
	struct session *session = calloc(1, sizeof(*session));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = session };

	if (!session || message_pass_credentials(fd) ||
	    epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		free(session);
		return NULL;
	}
	session->server = server;
	session->fd = fd;
	session->next = server->sessions;
	server->sessions = session;
	return session;
}

void session_end(struct session *session)
{
	struct session **at = &session->server->sessions;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	window_close(session->window);
	window_close(session->before);
	close(session->fd);
	free(session);
}

/* A program begins: a window for it, that of the program before exec stays till SLOT. */
static int hello(struct session *session)
{
	const struct nuse_server *server = session->server;
	struct window *window;
	int err = window_create(session->server, &window);
	int fds[NUSE_STACK_FDS];

	if (err)
		return err;
	if (session->before)
		window_close(session->window);
	else
		session->before = session->window;
	session->window = window;
	fds[NUSE_STACK_FD_WINDOW] = window->fd;
	fds[NUSE_STACK_FD_STATUS] = server->status_fd;
	fds[NUSE_STACK_FD_DOORBELL] = nuse_instance_ringer(server->inst);
	fds[NUSE_STACK_FD_PLACE] = server->place_fd;
	return message_send(session->fd, 0, fds, NUSE_STACK_FDS);
}

/* Any client of a window, for what all of them share; NULL = it has none. */
static const struct window *find_client(const struct window *window, unsigned int *index)
{
	for (*index = 0; window && *index < NUSE_STACK_SLOTS; ++*index)
		if (window->clients[*index])
			return window;
	return NULL;
}

/* The first of a program: who it is, and what the program before it left. */
static int first_slot(struct session *session, const struct nuse_stack_request *request)
{
	struct window *window = session->window;
	struct nuse_credentials creds;
	const struct window *parent;
	unsigned int index;
	int err = credentials_of(session->pid, &creds);

	if (!err && !window->process)
		err = window_attach(window, request->base, session->pid);
	if (err)
		return err;
	session->may_trace = !creds.uid && creds.caps >> CAP_SYS_PTRACE & 1;
	parent = find_client(session->before, &index);
	err = window_client(window, request->index, parent, index, NUSE_CLIENT_SHARE, &creds);
	window_close(session->before);
	session->before = NULL;
	return err;
}

static int slot(struct session *session, const struct nuse_stack_request *request)
{
	struct window *window = session->window;
	const struct window *parent;
	unsigned int index;

	if (!window || request->index >= NUSE_STACK_SLOTS)
		return -EINVAL;
	if (window->clients[request->index])
		return -EBUSY;
	parent = find_client(window, &index);
	if (!parent)
		return first_slot(session, request);
	return window_client(window, request->index, parent, index,
			     NUSE_CLIENT_SHARE | NUSE_CLIENT_INHERIT, NULL);
}

static int event(struct session *session, const struct nuse_stack_request *request)
{
	int fd = -EINVAL;

	if (session->window && request->index < NUSE_STACK_SLOTS)
		fd = window_event(session->window, request->index);
	return fd < 0 ? fd : message_send(session->fd, 0, &fd, 1);
}

static int fork_to(struct session *session, const struct nuse_stack_request *request, int fd)
{
	struct session *child = session_create(session->server, fd);
	int err;

	if (!child)
		return -ENOMEM;
	child->may_trace = session->may_trace;
	err = window_create(session->server, &child->window);
	if (!err)
		err = window_attach(child->window, session->window->base, 0);
	if (!err)
		err = window_client(child->window, 0, session->window, request->index,
				    NUSE_CLIENT_INHERIT, NULL);
	if (err)
		session_end(child);
	return err;
}

static int fork_child(struct session *session, const struct nuse_stack_request *request)
{
	int ends[2], fds[2], err;

	if (!session->window || !session->window->process ||
	    request->index >= NUSE_STACK_SLOTS)
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	err = fork_to(session, request, ends[0]);
	if (!err) {
		fds[0] = ends[1];
		fds[1] = session->server->sessions->window->fd;
		err = message_send(session->fd, 0, fds, 2);
	}
	close(ends[1]);
	return err;
}

static int child(struct session *session)
{
	if (!session->window || !session->window->process)
		return -EINVAL;
	nuse_process_set_pid(session->window->process, session->pid);
	return 0;
}

static int ram(struct session *session)
{
	struct nuse_ram memory;

	if (!session->may_trace)
		return -EPERM;
	nuse_instance_ram(session->server->inst, &memory);
	return message_send(session->fd, 0, &memory.fd, 1);
}

bool session_answer(struct session *session)
{
	struct nuse_stack_request request;
	int err = message_receive(session->fd, &request, &session->pid);

	if (err == -EAGAIN || err == -EINTR)
		return true;
	if (err)
		return false;
	if (request.version != NUSE_STACK_VERSION)
		return !message_send(session->fd, -EPROTO, NULL, 0);
	switch (request.op) {
	case NUSE_STACK_HELLO:
		err = hello(session);
		break;
	case NUSE_STACK_SLOT:
		err = slot(session, &request);
		return !message_send(session->fd, err, NULL, 0);
	case NUSE_STACK_EVENT:
		err = event(session, &request);
		break;
	case NUSE_STACK_FORK:
		err = fork_child(session, &request);
		break;
	case NUSE_STACK_RAM:
		err = ram(session);
		break;
	case NUSE_STACK_CHILD:
		err = child(session);
		return !message_send(session->fd, err, NULL, 0);
	default:
		err = -EINVAL;
	}
	/* Those with descriptors have answered, unless they failed. */
	return !err || !message_send(session->fd, err, NULL, 0);
}
