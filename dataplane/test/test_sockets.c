// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of every family in the kernel's configuration open, talk and close. */
#include <errno.h>
#include <netinet/in.h>

#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_pppox.h>
#include <linux/kcm.h>
#include <linux/l2tp.h>
#include <linux/netlink.h>
#include <linux/pfkeyv2.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "support/frame.h"
#include "support/lab.h"
#include "support/rtnl.h"
#include "support/sock.h"


#ifndef IPPROTO_L2TP			/* not in the C library's list */
#define IPPROTO_L2TP 115
#endif

struct kind {
	const char *name;
	int family, type, protocol;
};

static const struct kind kinds[] = {
	{ "unix stream", AF_UNIX, SOCK_STREAM, 0 },
	{ "unix datagram", AF_UNIX, SOCK_DGRAM, 0 },
	{ "unix seqpacket", AF_UNIX, SOCK_SEQPACKET, 0 },
	{ "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ "mptcp", AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ "sctp stream", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
	{ "sctp seqpacket", AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP },
	{ "dccp", AF_INET, SOCK_DCCP, IPPROTO_DCCP },
	{ "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ "udplite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ "raw icmp", AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ "raw any", AF_INET, SOCK_RAW, IPPROTO_RAW },
	{ "l2tp over ip", AF_INET, SOCK_DGRAM, IPPROTO_L2TP },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ "mptcp6", AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
	{ "sctp6 stream", AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
	{ "sctp6 seqpacket", AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP },
	{ "dccp6", AF_INET6, SOCK_DCCP, IPPROTO_DCCP },
	{ "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ "udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "ping6", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	{ "raw icmp6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ "l2tp over ip6", AF_INET6, SOCK_DGRAM, IPPROTO_L2TP },
	{ "packet raw", AF_PACKET, SOCK_RAW, 0 },
	{ "packet datagram", AF_PACKET, SOCK_DGRAM, 0 },
	{ "netlink route", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
	{ "netlink diag", AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG },
	{ "netlink xfrm", AF_NETLINK, SOCK_RAW, NETLINK_XFRM },
	{ "netlink netfilter", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER },
	{ "netlink fib", AF_NETLINK, SOCK_RAW, NETLINK_FIB_LOOKUP },
	{ "netlink generic", AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC },
	{ "netlink crypto", AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO },
	{ "netlink uevent", AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT },
	{ "pf_key", AF_KEY, SOCK_RAW, PF_KEY_V2 },
	{ "alg", AF_ALG, SOCK_SEQPACKET, 0 },
	{ "kcm datagram", AF_KCM, SOCK_DGRAM, KCMPROTO_CONNECTED },
	{ "kcm seqpacket", AF_KCM, SOCK_SEQPACKET, KCMPROTO_CONNECTED },
	{ "pppoe", AF_PPPOX, SOCK_STREAM, PX_PROTO_OE },
	{ "pppol2tp", AF_PPPOX, SOCK_STREAM, PX_PROTO_OL2TP },
	{ "pptp", AF_PPPOX, SOCK_STREAM, PX_PROTO_PPTP },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void every_kind_of_socket_opens(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	unsigned int missing = 0;

	must(sysctl_set(a, "net.ipv4.ping_group_range", "0 65535"));
	for (unsigned int i = 0; i < NR_KINDS; i++) {
		const struct kind *kind = &kinds[i];
		long fd = sock_open(a, kind->family, kind->type, kind->protocol);

		if (fd < 0)
			print_error("%s: %s\n", kind->name, strerror((int)-fd));
		missing += fd < 0;
		if (fd < 0)
			continue;
		assert_int_equal(sock_get_int(a, (int)fd, SOL_SOCKET, SO_DOMAIN), kind->family);
		if (sock_get_int(a, (int)fd, SOL_SOCKET, SO_TYPE) != kind->type)
			fail_msg("%s: another type", kind->name);
		must(sock_close(a, (int)fd));
	}
	assert_int_equal(missing, 0);
}

static void what_is_not_there_says_so(void **state)
{
	struct lab_node *a = lab_node(*state, "a");

	must_fail(sock_open(a, AF_APPLETALK, SOCK_DGRAM, 0), EAFNOSUPPORT);
	must_fail(sock_open(a, 999, SOCK_STREAM, 0), EAFNOSUPPORT);
	must_fail(sock_open(a, AF_INET, SOCK_STREAM, 250), EPROTONOSUPPORT);
	must_fail(sock_open(a, AF_INET, 77, 0), EINVAL);
	must_fail(sock_close(a, 500), EBADF);
	must_fail(sock_send(a, 500, "x", 1, 0), EBADF);
}

/* --------------------------------------------------------------- packets */

static long packet_open(struct lab_node *node, const char *dev, int type, uint16_t ethertype)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = (int)must(link_index(node, dev)),
	};
	long fd = must(sock_open(node, AF_PACKET, type, htons(ethertype)));

	must(node_call(node, SYS_bind, fd, &address, sizeof(address)));
	return fd;
}

static void packet_sockets_send_and_see_raw_frames(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	uint8_t frame[64] = { 2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 1, 0x88, 0xb5, 'h', 'i' };
	uint8_t got[100];
	long fa, fb;

	lab_link(a, "eth0", b, "eth0", NULL);
	dev_setup(a, "eth0", NULL);
	dev_setup(b, "eth0", NULL);
	lab_run(*state, MS);
	fa = packet_open(a, "eth0", SOCK_RAW, 0x88b5);
	fb = packet_open(b, "eth0", SOCK_RAW, 0x88b5);
	assert_int_equal(sock_send(a, (int)fa, frame, sizeof(frame), 0), sizeof(frame));
	lab_run(*state, MS);
	assert_int_equal(node_call(b, SYS_recvfrom, fb, got, sizeof(got), MSG_DONTWAIT, &from,
				   &len), sizeof(frame));
	assert_memory_equal(got, frame, sizeof(frame));
	assert_int_equal(from.sll_pkttype, PACKET_HOST);
	assert_memory_equal(from.sll_addr, frame + 6, 6);
}

static void a_packet_socket_without_header_gets_the_payload(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(0x88b5),
				  .sll_halen = 6, .sll_addr = { 2, 0, 0, 0, 2, 1 } };
	char got[100] = "";
	long fa, fb;

	lab_link(a, "eth0", b, "eth0", NULL);
	dev_setup(a, "eth0", NULL);
	dev_setup(b, "eth0", NULL);
	lab_run(*state, MS);
	to.sll_ifindex = (int)must(link_index(a, "eth0"));
	fa = packet_open(a, "eth0", SOCK_DGRAM, 0x88b5);
	fb = packet_open(b, "eth0", SOCK_DGRAM, 0x88b5);
	assert_int_equal(node_call(a, SYS_sendto, fa, "payload", 7, 0, &to, sizeof(to)), 7);
	lab_run(*state, MS);
	assert_int_equal(sock_recv(b, (int)fb, got, sizeof(got), MSG_DONTWAIT), 7);
	assert_string_equal(got, "payload");
}

static void raw_sockets_carry_any_ip_protocol(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	const char *from;
	uint8_t got[100];
	int fa, fb;

	lab_link(a, "eth0", b, "eth0", NULL);
	dev_setup(a, "eth0", "10.0.0.1/24", "fd00::1/64", NULL);
	dev_setup(b, "eth0", "10.0.0.2/24", "fd00::2/64", NULL);
	fa = (int)must(sock_open(a, AF_INET, SOCK_RAW, 253));
	fb = (int)must(sock_open(b, AF_INET, SOCK_RAW, 253));
	assert_int_equal(sock_sendto(a, fa, "experiment", 10, "10.0.0.2"), 10);
	lab_run(*state, MS);
	assert_int_equal(sock_recvfrom(b, fb, got, sizeof(got), &from), 30);
	assert_string_equal(from, "10.0.0.1:0");
	assert_memory_equal(got + 20, "experiment", 10);

	fa = (int)must(sock_open(a, AF_INET6, SOCK_RAW, 253));
	fb = (int)must(sock_open(b, AF_INET6, SOCK_RAW, 253));
	assert_int_equal(sock_sendto(a, fa, "experiment", 10, "[fd00::2]"), 10);
	lab_run(*state, MS);
	assert_int_equal(sock_recvfrom(b, fb, got, sizeof(got), &from), 10);
	assert_memory_equal(got, "experiment", 10);
}

/* --------------------------------------------------------------- netlink */

static void netlink_sockets_hear_of_changes(void **state)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK,
					     .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR };
	struct lab_node *a = lab_node(*state, "a");
	char buffer[8192];
	long fd = must(sock_open(a, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)), got;
	unsigned int links = 0, addresses = 0;

	must(node_call(a, SYS_bind, fd, &address, sizeof(address)));
	must(link_add(a, "d0", "dummy", NULL, NULL, NULL));
	must(link_up(a, "d0"));
	must(addr_add(a, "d0", "10.9.9.9/24"));
	while ((got = sock_recv(a, (int)fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (const void *)buffer;

		links += nlh->nlmsg_type == RTM_NEWLINK;
		addresses += nlh->nlmsg_type == RTM_NEWADDR;
	}
	assert_true(links >= 2);
	assert_int_equal(addresses, 1);
}

static void pf_key_answers(void **state)
{
	const struct sadb_msg request = {
		.sadb_msg_version = PF_KEY_V2, .sadb_msg_type = SADB_REGISTER,
		.sadb_msg_satype = SADB_SATYPE_ESP, .sadb_msg_len = sizeof(request) / 8,
		.sadb_msg_seq = 7,
	};
	struct lab_node *a = lab_node(*state, "a");
	long fd = must(sock_open(a, AF_KEY, SOCK_RAW, PF_KEY_V2));
	union {
		struct sadb_msg msg;
		char bytes[4096];
	} answer;

	assert_int_equal(sock_send(a, (int)fd, &request, sizeof(request), 0), sizeof(request));
	must(sock_recv(a, (int)fd, &answer, sizeof(answer), MSG_DONTWAIT));
	assert_int_equal(answer.msg.sadb_msg_type, SADB_REGISTER);
	assert_int_equal(answer.msg.sadb_msg_errno, 0);
	assert_int_equal(answer.msg.sadb_msg_seq, 7);
	/* It lists algorithms. */
	assert_true(answer.msg.sadb_msg_len > sizeof(request) / 8);
}

/* ------------------------------------------------------------------- alg */

/*
 * The kernel wants the pages of data for ciphers, so it has to lie in its own
 * RAM: where mmap() of the node puts it.
 */
static uint8_t *alg_memory(struct lab_node *node)
{
	return (uint8_t *)must(node_call(node, SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int alg_open(struct lab_node *node, const char *type, const char *name, const void *key,
		    socklen_t key_len)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	long fd = must(sock_open(node, AF_ALG, SOCK_SEQPACKET, 0));

	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s", type);
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", name);
	if (node_call(node, SYS_bind, fd, &address, sizeof(address)) < 0)
		fail_msg("no algorithm %s %s", type, name);
	if (key)
		must(sock_set(node, (int)fd, SOL_ALG, ALG_SET_KEY, key, key_len));
	return (int)must(sock_accept(node, (int)fd));
}

static void alg_hashes_as_it_is_written(void **state)
{
	static const struct {
		const char *name;
		uint8_t first[8];
	} vectors[] = {		/* of "abc" */
		{ "sha1", { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a } },
		{ "sha256", { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea } },
		{ "sha512", { 0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba } },
		{ "md5", { 0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0 } },
	};
	struct lab_node *a = lab_node(*state, "a");
	uint8_t *memory = alg_memory(a);

	memcpy(memory, "abc", 3);
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		int fd = alg_open(a, "hash", vectors[i].name, NULL, 0);
		uint8_t sum[64];

		assert_int_equal(sock_send(a, fd, memory, 3, 0), 3);
		must(sock_recv(a, fd, sum, sizeof(sum), 0));
		assert_memory_equal(sum, vectors[i].first, 8);
	}
}

/* CRC32C, that of SCTP, by a driver of the crypto API; it comes little endian. */
static uint32_t alg_crc32c(struct lab_node *node, const char *driver, uint8_t *memory, size_t len)
{
	int fd = alg_open(node, "hash", driver, NULL, 0);
	uint32_t crc;

	assert_int_equal(sock_send(node, fd, memory, len, 0), len);
	assert_int_equal(sock_recv(node, fd, &crc, sizeof(crc), 0), sizeof(crc));
	return crc;
}

static void alg_sums_crc32c_whatever_the_length(void **state)
{
	struct lab_node *a = lab_node(*state, "a");
	uint8_t *memory = alg_memory(a);

	memcpy(memory, "123456789", 9);
	assert_int_equal(alg_crc32c(a, "crc32c-generic", memory, 9), 0xe3069283);
	assert_int_equal(alg_crc32c(a, "crc32c", memory, 9), 0xe3069283);
	for (size_t len = 1; len < 4096; len = len * 3 / 2 + 1) {
		for (size_t i = 0; i < len; i++)
			memory[i] = (uint8_t)(i * 7 + len);
		assert_int_equal(alg_crc32c(a, "crc32c", memory, len),
				 alg_crc32c(a, "crc32c-generic", memory, len));
	}
}

/* Encrypt or decrypt 16 bytes by AES-128-CBC with a zero vector. */
static void aes(struct lab_node *node, int fd, uint32_t operation, const uint8_t *in,
		uint8_t *out)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4) + CMSG_SPACE(4 + 16)];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)in, 16 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_ALG;
	cmsg->cmsg_type = ALG_SET_OP;
	cmsg->cmsg_len = CMSG_LEN(4);
	memcpy(CMSG_DATA(cmsg), &operation, 4);
	cmsg = CMSG_NXTHDR(&msg, cmsg);
	cmsg->cmsg_level = SOL_ALG;
	cmsg->cmsg_type = ALG_SET_IV;
	cmsg->cmsg_len = CMSG_LEN(4 + 16);
	*(uint32_t *)CMSG_DATA(cmsg) = 16;
	assert_int_equal(sock_sendmsg(node, fd, &msg, 0), 16);
	assert_int_equal(node_call(node, SYS_read, fd, out, 16), 16);
}

static void alg_encrypts_and_decrypts(void **state)
{
	/* FIPS 197, appendix C.1: one block, for which CBC is ECB. */
	static const uint8_t plain[16] = {
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
	};
	static const uint8_t cipher[16] = {
		0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
		0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a,
	};
	struct lab_node *a = lab_node(*state, "a");
	uint8_t key[16], *memory = alg_memory(a);
	int fd;

	for (int i = 0; i < 16; i++)
		key[i] = (uint8_t)i;
	fd = alg_open(a, "skcipher", "cbc(aes)", key, sizeof(key));
	memcpy(memory, plain, 16);
	aes(a, fd, ALG_OP_ENCRYPT, memory, memory + 16);
	assert_memory_equal(memory + 16, cipher, 16);
	aes(a, fd, ALG_OP_DECRYPT, memory + 16, memory + 32);
	assert_memory_equal(memory + 32, plain, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(every_kind_of_socket_opens),
		lab_test(what_is_not_there_says_so),
		lab_test(packet_sockets_send_and_see_raw_frames),
		lab_test(a_packet_socket_without_header_gets_the_payload),
		lab_test(raw_sockets_carry_any_ip_protocol),
		lab_test(netlink_sockets_hear_of_changes),
		lab_test(pf_key_answers),
		lab_test(alg_hashes_as_it_is_written),
		lab_test(alg_sums_crc32c_whatever_the_length),
		lab_test(alg_encrypts_and_decrypts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
