// SPDX-License-Identifier: GPL-2.0-only
/* Frames with VLAN tags through the xdp backend. */
#include "veth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define TYPE 0x88b5			/* for experiments */
#define VLAN 10
#define FRAME 1518			/* a full one, with its tag */

static struct rig rig;

static int packet_socket(syscall_fn call, void *who, const char *device)
{
	struct sockaddr_ll local = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct timeval patience = { .tv_sec = 10 };
	struct ifreq ifr = { 0 };
	int one = 1;
	long fd = call(who, SYS_socket, (long[6]){ AF_PACKET, SOCK_RAW, htons(ETH_P_ALL) });

	assert_true(fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	assert_int_equal(call(who, SYS_ioctl, (long[6]){ fd, SIOCGIFINDEX, (long)&ifr }), 0);
	local.sll_ifindex = ifr.ifr_ifindex;
	assert_int_equal(call(who, SYS_bind, (long[6]){ fd, (long)&local, sizeof(local) }), 0);
	call(who, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_RCVTIMEO, (long)&patience,
					     sizeof(patience) });
	call(who, SYS_setsockopt, (long[6]){ fd, SOL_PACKET, PACKET_AUXDATA, (long)&one,
					     sizeof(one) });
	return (int)fd;
}

static void make_frame(uint8_t frame[FRAME])
{
	const uint16_t tag[] = { htons(ETH_P_8021Q), htons(VLAN), htons(TYPE) };

	for (unsigned int i = 0; i < FRAME; i++)
		frame[i] = (uint8_t)i;
	memset(frame, 0xff, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x09", 6);
	memcpy(frame + 12, tag, sizeof(tag));
}

/* The tag that the stack took off when it received the frame, 0 = there was none. */
static unsigned int tag_beside(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return aux.tp_status & TP_STATUS_VLAN_VALID ? aux.tp_vlan_tci : 0;
	}
	return 0;
}

/* Wait for the frame; without its tag inside, as both stacks take it off. */
static void expect_frame(syscall_fn call, void *who, int fd, const uint8_t sent[FRAME])
{
	uint8_t got[FRAME + 64];
	uint64_t control[16];
	struct iovec iov = { got, sizeof(got) };

	for (;;) {
		struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof(control) };
		long n = call(who, SYS_recvmsg, (long[6]){ fd, (long)&message, 0 });

		if (n < 0)
			fail_msg("the frame does not come: %s", strerror((int)-n));
		if (n < 14 || memcmp(got, sent, 12))
			continue;		/* some other */
		assert_int_equal(n, FRAME - 4);
		assert_int_equal(tag_beside(&message), VLAN);
		assert_memory_equal(got + 12, sent + 16, FRAME - 16);
		return;
	}
}

static void a_tag_is_kept_both_ways(void **state)
{
	static const char *const specs[] = { "xdp:v0,mode=native", "xdp:v0,mode=skb" };
	uint8_t frame[FRAME];

	(void)state;
	make_frame(frame);
	for (unsigned int i = 0; i < 2; i++) {
		int host, library;

		veth_add("v0", 1500, 1);
		rig_start(&rig, NUSE_IDLE_INTERRUPT);
		rig_port(&rig, 0, specs[i], (struct nuse_port_options){ 0 });
		ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
		wait_carrier(rig_call, &rig, "eth0", 1);
		host = packet_socket(host_call, NULL, "v0p");
		library = packet_socket(rig_call, &rig, "eth0");
		assert_int_equal(host_call(NULL, SYS_write, (long[6]){ host, (long)frame, FRAME }),
				 FRAME);
		expect_frame(rig_call, &rig, library, frame);
		assert_int_equal(rig_call(&rig, SYS_write,
					  (long[6]){ library, (long)frame, FRAME }), FRAME);
		expect_frame(host_call, NULL, host, frame);
		rig_stop(&rig);
		veth_delete("v0");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		veth_test(a_tag_is_kept_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
