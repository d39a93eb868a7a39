// SPDX-License-Identifier: GPL-2.0-only
/* The bed's nodes, its datagrams, and finding them on the link. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>

#include "bed.h"
#include "support/frame.h"
#include "support/nft.h"

struct stamp {
	uint32_t number;
	uint64_t time;
} __attribute__((packed));

static void host_setup(struct lab_node *node, const char *address)
{
	must(sysctl_set(node, "net.ipv6.conf.all.disable_ipv6", "1"));
	must(sysctl_set(node, "net.ipv6.conf.default.disable_ipv6", "1"));
	dev_setup(node, "eth0", address, NULL);
}

static void know(struct lab_node *node, const char *address, struct lab_node *other)
{
	struct link_info info;

	must(link_get(other, "eth0", &info));
	must(neigh_add(node, "eth0", address, info.mac, 0));
}

int bed_setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	*state = bed;
	bed->lab = lab_new();
	bed->a = lab_node(bed->lab, "a");
	bed->b = lab_node(bed->lab, "b");
	bed->link = lab_link(bed->a, "eth0", bed->b, "eth0",
			     &(struct lab_link_options){ .capacity = 8192 });
	host_setup(bed->a, "10.0.0.1/24");
	host_setup(bed->b, "10.0.0.2/24");
	for (int i = 1; i <= 4; i++) {
		char address[24];

		snprintf(address, sizeof(address), "10.0.0.1%d/24", i);
		must(addr_add(bed->a, "eth0", address));
		*strchr(address, '/') = 0;
		know(bed->b, address, bed->a);
	}
	know(bed->a, "10.0.0.2", bed->b);
	know(bed->b, "10.0.0.1", bed->a);
	/* b does not complain about ports where nobody listens. */
	nft(bed->b,
	    "table ip quiet {\n"
	    " chain out { type filter hook output priority 0; meta l4proto icmp drop; }\n"
	    "}\n");
	lab_run(bed->lab, 10 * MS);
	lab_capture(bed->link);
	return 0;
}

int bed_teardown(void **state)
{
	struct bed *bed = *state;

	lab_free(bed->lab);
	free(bed);
	return 0;
}

int bed_socket(struct bed *bed, const char *from)
{
	int fd = udp_socket(bed->a, from);

	must(sock_set_int(bed->a, fd, SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20));
	must(sock_nonblock(bed->a, fd));
	return fd;
}

long bed_send(struct bed *bed, int fd, uint16_t port, size_t size, uint32_t number)
{
	const struct stamp stamp = { number, lab_now(bed->lab) };
	uint8_t data[9000] = { 0 };
	char to[32];

	assert_in_range(size, BED_HEADERS + sizeof(stamp), sizeof(data));
	memcpy(data, &stamp, sizeof(stamp));
	snprintf(to, sizeof(to), "10.0.0.2:%u", port);
	return sock_sendto(bed->a, fd, data, size - BED_HEADERS, to);
}

unsigned int bed_flood_from(struct bed *bed, const char *from, uint16_t port, size_t size,
			    unsigned int n)
{
	int fd = bed_socket(bed, from);
	unsigned int sent = 0;

	for (uint32_t i = 0; i < n; i++)
		sent += bed_send(bed, fd, port, size, i) > 0;
	must(sock_close(bed->a, fd));
	return sent;
}

unsigned int bed_flood(struct bed *bed, uint16_t port, size_t size, unsigned int n)
{
	return bed_flood_from(bed, NULL, port, size, n);
}

uint16_t bed_port(const struct lab_frame *frame)
{
	size_t at;

	if (frame_protocol(frame->data, frame->len, &at) != IPPROTO_UDP || at + 4 > frame->len)
		return 0;
	return frame_get16(frame->data + at + 2);
}

const struct lab_frame *bed_frame(const struct bed *bed, uint16_t port, unsigned int i)
{
	for (unsigned int n = 0; n < lab_captured(bed->link); n++) {
		const struct lab_frame *frame = lab_captured_frame(bed->link, n);
		uint16_t to = bed_port(frame);

		if (frame->from == bed->a && to && (!port || to == port) && !i--)
			return frame;
	}
	return NULL;
}

unsigned int bed_frames(const struct bed *bed, uint16_t port)
{
	unsigned int frames = 0;

	for (unsigned int n = 0; n < lab_captured(bed->link); n++) {
		const struct lab_frame *frame = lab_captured_frame(bed->link, n);
		uint16_t to = bed_port(frame);

		frames += frame->from == bed->a && to && (!port || to == port);
	}
	return frames;
}

static struct stamp stamp_of(const struct lab_frame *frame)
{
	struct stamp stamp;
	size_t at;

	assert_int_equal(frame_protocol(frame->data, frame->len, &at), IPPROTO_UDP);
	assert_true(at + 8 + sizeof(stamp) <= frame->len);
	memcpy(&stamp, frame->data + at + 8, sizeof(stamp));
	return stamp;
}

uint32_t bed_number(const struct lab_frame *frame)
{
	return stamp_of(frame).number;
}

uint64_t bed_delay(const struct lab_frame *frame)
{
	return frame->time - stamp_of(frame).time;
}

unsigned int bed_received(struct bed *bed, int fd)
{
	unsigned int n = 0;
	char data[64];

	while (sock_recv(bed->b, fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

void bed_near(double value, double expected, double percent, const char *what,
	      const char *file, int line)
{
	const double room = expected * percent / 100;

	if (value >= expected - room && value <= expected + room)
		return;
	print_error("%s is %.1f, not within %g %% of %.1f\n", what, value, percent, expected);
	_fail(file, line);
}
