// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <string.h>

#include "sctp.h"

int sctp_socket(struct lab_node *node, int type, unsigned int streams)
{
	struct sctp_initmsg init = { .sinit_num_ostreams = (uint16_t)streams,
				     .sinit_max_instreams = (uint16_t)streams };
	int fd = (int)must(sock_open(node, AF_INET, type, IPPROTO_SCTP));

	must(sock_set(node, fd, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init)));
	must(sock_set_int(node, fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1));
	return fd;
}

long sctp_send(struct lab_node *node, int fd, const void *data, size_t len, const char *to,
	       const struct sctp_sndinfo *info)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(*info))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	struct sockaddr_storage sa;

	if (to) {
		msg.msg_namelen = sock_address(to, &sa);
		msg.msg_name = &sa;
	}
	cmsg->cmsg_level = IPPROTO_SCTP;
	cmsg->cmsg_type = SCTP_SNDINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(*info));
	memcpy(CMSG_DATA(cmsg), info, sizeof(*info));
	return sock_sendmsg(node, fd, &msg, 0);
}

long sctp_receive(struct lab_node *node, int fd, void *data, size_t room,
		  struct sctp_rcvinfo *info)
{
	size_t done = 0;

	for (;;) {
		union {
			struct cmsghdr align;
			char bytes[CMSG_SPACE(sizeof(*info))];
		} control = { 0 };
		struct iovec iov = { (char *)data + done, room - done };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
				      .msg_controllen = sizeof(control) };
		long len = sock_recvmsg(node, fd, &msg, 0);
		struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

		if (len <= 0)
			return len;
		assert_non_null(cmsg);
		assert_int_equal(cmsg->cmsg_type, SCTP_RCVINFO);
		memcpy(info, CMSG_DATA(cmsg), sizeof(*info));
		done += (size_t)len;
		if (msg.msg_flags & MSG_EOR)
			return (long)done;
	}
}

long long sctp_counter(struct lab_node *node, const char *name)
{
	return proc_counter(node, "sctp/snmp", "", name);
}
