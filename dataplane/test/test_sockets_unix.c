// SPDX-License-Identifier: GPL-2.0-only
/* Sockets between the tasks of one node. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "support/lab.h"
#include "support/sock.h"
#include "support/stream.h"

static socklen_t unix_address(struct sockaddr_un *address, const char *name)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, name, strlen(name));
	if (name[0] != '@')
		return sizeof(*address);
	address->sun_path[0] = 0;
	return (socklen_t)(sizeof(address->sun_family) + strlen(name));
}

static int unix_listen(struct lab_node *node, int type, const char *name)
{
	struct sockaddr_un address;
	socklen_t len = unix_address(&address, name);
	long fd = must(sock_open(node, AF_UNIX, type, 0));

	must(node_call(node, SYS_bind, fd, &address, len));
	must(sock_listen(node, (int)fd, 5));
	return (int)fd;
}

static int unix_connect(struct lab_node *node, int type, const char *name)
{
	struct sockaddr_un address;
	socklen_t len = unix_address(&address, name);
	long fd = must(sock_open(node, AF_UNIX, type, 0));

	must(node_call(node, SYS_connect, fd, &address, len));
	return (int)fd;
}

#define BYTES (16u << 20)

static int serve(struct lab_node *node, void *arg)
{
	int fd = (int)must(sock_accept(node, *(int *)arg));
	uint8_t *data = malloc(BYTES);

	assert_non_null(data);
	assert_int_equal(sock_recv_all(node, fd, data, BYTES), BYTES);
	assert_int_equal(pattern_differs(data, BYTES, 0, 3), -1);
	free(data);
	return (int)sock_send_all(node, fd, "thanks", 6);
}

static int talk(struct lab_node *node, void *arg)
{
	int fd = unix_connect(node, SOCK_STREAM, arg);
	uint8_t *data = malloc(BYTES);
	char answer[8];

	assert_non_null(data);
	pattern_fill(data, BYTES, 0, 3);
	assert_int_equal(sock_send_all(node, fd, data, BYTES), BYTES);
	free(data);
	return (int)sock_recv_all(node, fd, answer, 6);
}

static void streams_carry_every_byte(void **state, const char *name)
{
	struct lab_node *a = lab_node(*state, "a");
	int listener = unix_listen(a, SOCK_STREAM, name);
	struct lab_task *server = lab_spawn(a, serve, &listener);

	assert_int_equal(lab_do(a, talk, (void *)(uintptr_t)name), 6);
	lab_join(server);
}

static void streams_to_a_path_carry_every_byte(void **state)
{
	streams_carry_every_byte(state, "/socket");
}

static void streams_to_an_abstract_name_carry_every_byte(void **state)
{
	streams_carry_every_byte(state, "@socket");
}

static void seqpacket_keeps_records_apart(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	int pair[2];
	char text[16] = "";

	must(node_call(a, SYS_socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair));
	assert_int_equal(sock_send(a, pair[0], "one", 3, 0), 3);
	assert_int_equal(sock_send(a, pair[0], "three", 5, 0), 5);
	assert_int_equal(sock_recv(a, pair[1], text, sizeof(text), 0), 3);
	assert_int_equal(sock_recv(a, pair[1], text, 2, MSG_TRUNC), 5);
	must_fail(sock_recv(a, pair[1], text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	must(sock_close(a, pair[0]));
	assert_int_equal(sock_recv(a, pair[1], text, sizeof(text), 0), 0);
}

static void datagrams_find_a_name(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	struct sockaddr_un address;
	socklen_t len = unix_address(&address, "@mail");
	long to = must(sock_open(a, AF_UNIX, SOCK_DGRAM, 0));
	long from = must(sock_open(a, AF_UNIX, SOCK_DGRAM, 0));
	char text[16] = "";

	must_fail(node_call(a, SYS_sendto, from, "x", 1, 0, &address, len), ECONNREFUSED);
	must(node_call(a, SYS_bind, to, &address, len));
	must_fail(node_call(a, SYS_bind, from, &address, len), EADDRINUSE);
	assert_int_equal(node_call(a, SYS_sendto, from, "letter", 6, 0, &address, len), 6);
	assert_int_equal(sock_recv(a, (int)to, text, sizeof(text), 0), 6);
	assert_string_equal(text, "letter");
}

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct ucred))];
};

static void descriptors_can_be_handed_over(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	union control control = { 0 };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(sizeof(int)) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2], pipe[2], got;
	char byte, text[8] = "";

	must(node_call(a, SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair));
	must(node_call(a, SYS_pipe2, pipe, 0));
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &pipe[1], sizeof(int));
	assert_int_equal(sock_sendmsg(a, pair[0], &msg, 0), 1);
	must(sock_close(a, pipe[1]));

	iov.iov_base = &byte;
	memset(&control, 0, sizeof(control));
	assert_int_equal(sock_recvmsg(a, pair[1], &msg, 0), 1);
	assert_int_equal(cmsg->cmsg_type, SCM_RIGHTS);
	memcpy(&got, CMSG_DATA(cmsg), sizeof(got));
	assert_int_equal(node_call(a, SYS_write, got, "passed", 6), 6);
	assert_int_equal(node_call(a, SYS_read, pipe[0], text, sizeof(text)), 6);
	assert_string_equal(text, "passed");
}

static int send_from_task(struct lab_node *node, void *arg)
{
	return (int)sock_send(node, *(int *)arg, "x", 1, 0);
}

static void the_receiver_sees_who_sent(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	union control control = { 0 };
	struct iovec iov = { NULL, 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct lab_task *task;
	struct ucred cred;
	int pair[2];
	char byte;

	iov = (struct iovec){ &byte, 1 };
	must(node_call(a, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair));
	must(sock_set_int(a, pair[1], SOL_SOCKET, SO_PASSCRED, 1));
	task = lab_spawn(a, send_from_task, &pair[0]);
	assert_int_equal(lab_join(task), 1);
	assert_int_equal(sock_recvmsg(a, pair[1], &msg, 0), 1);
	assert_int_equal(CMSG_FIRSTHDR(&msg)->cmsg_type, SCM_CREDENTIALS);
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(cred));
	assert_int_equal(cred.pid, lab_task_pid(task));
	assert_int_equal(cred.uid, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(streams_to_a_path_carry_every_byte),
		lab_test(streams_to_an_abstract_name_carry_every_byte),
		lab_test(seqpacket_keeps_records_apart),
		lab_test(datagrams_find_a_name),
		lab_test(descriptors_can_be_handed_over),
		lab_test(the_receiver_sees_who_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
