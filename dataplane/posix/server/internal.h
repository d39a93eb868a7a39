/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_SERVER_INTERNAL_H
#define NUSE_SERVER_INTERNAL_H

/* What the files of the server share. All but `released` is its thread's alone. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <nuse/stack.h>

#include "server.h"

struct server_status {
	uint32_t sleeping __attribute__((aligned(64)));
	pthread_mutex_t life __attribute__((aligned(64)));	/* robust: its word is `life` */
};

/*
 * The window of a process, and its tasks. It outlives its session until the
 * kernel has let go of it.
 */
struct window {
	struct window *next;
	struct nuse_server *server;
	struct nuse_process *process;	/* NULL = the kernel does not know it yet */
	uint8_t *memory;
	int fd;
	uint64_t base;			/* in the process */
	bool closed;
	_Atomic bool released;		/* set by the worker, `server->wake` rung */
	int clients[NUSE_STACK_SLOTS];	/* the kernel's numbers + 1, 0 = none */
	int events[NUSE_STACK_SLOTS];	/* eventfds + 1 */
};

/* A connection. */
struct session {
	struct session *next;
	struct nuse_server *server;
	struct window *window;		/* NULL before HELLO */
	struct window *before;		/* of the program before exec, until SLOT */
	int fd;
	pid_t pid;			/* of the last message */
	bool may_trace;			/* it could read our memory, when it began */
};

struct nuse_server {
	struct nuse_instance *inst;
	struct server_status *status;	/* memory shared with all clients */
	int status_fd, place_fd;
	int listen_fd, epoll_fd, wake_fd;
	char *path;
	struct session *sessions;
	struct window *windows;
	_Atomic bool stop;
	pthread_t thread;
};

/* window.c: 0 or -errno */
int window_create(struct nuse_server *server, struct window **out);
/* Let the kernel know it; `pid` = whose memory may be reached, 0 = nobody's yet. */
int window_attach(struct window *window, uint64_t base, pid_t pid);
int window_client(struct window *window, unsigned int index, const struct window *parent,
		  unsigned int parent_index, unsigned int flags,
		  const struct nuse_credentials *creds);
int window_event(struct window *window, unsigned int index);
/* Its tasks go; it is freed by windows_reap() when they have. NULL is allowed. */
void window_close(struct window *window);
void windows_reap(struct nuse_server *server);
/* Free all without asking the kernel, which has ended. */
void windows_free(struct nuse_server *server);

/* session.c: answer one message; false = the connection is over. */
bool session_answer(struct session *session);
struct session *session_create(struct nuse_server *server, int fd);
void session_end(struct session *session);

/* message.c: -EAGAIN = none. *pid = its sender's number. */
int message_receive(int fd, struct nuse_stack_request *request, pid_t *pid);
int message_send(int fd, int error, const int *fds, unsigned int nr_fds);
int message_pass_credentials(int fd);

/* credentials.c: as the host has them of a process. */
int credentials_of(pid_t pid, struct nuse_credentials *creds);

/* clock.c: set the kernel's wall clock by the host's, unless it is right. */
int clock_follow(struct nuse_server *server);

/* root.c: what programs expect to find among the kernel's own files. */
int root_prepare(struct nuse_server *server);

/* status.c: the page that all clients see. */
int status_open(struct nuse_server *server);
void status_begin_life(struct nuse_server *server);
void status_end_life(struct nuse_server *server);
void status_close(struct nuse_server *server);

#endif
