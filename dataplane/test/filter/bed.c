// SPDX-License-Identifier: GPL-2.0-only
/* The bed's nodes and links, and what was captured on them. */
#include <stdlib.h>
#include <string.h>

#include "bed.h"
#include "support/frame.h"

static void host_setup(struct lab_node *node, const char *v4, const char *v6, const char *gw4,
		       const char *gw6)
{
	dev_setup(node, "eth0", v4, v6, NULL);
	must(route_via(node, "default", gw4, NULL));
	must(route_via(node, "default6", gw6, NULL));
}

int bed_setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct lab_node *nodes[3];

	assert_non_null(bed);
	*state = bed;
	bed->lab = lab_new();
	bed->left = nodes[0] = lab_node(bed->lab, "left");
	bed->router = nodes[1] = lab_node(bed->lab, "router");
	bed->right = nodes[2] = lab_node(bed->lab, "right");
	bed->lan = lab_link(bed->left, "eth0", bed->router, "lan", NULL);
	bed->wan = lab_link(bed->router, "wan", bed->right, "eth0", NULL);
	dev_setup(bed->router, "lan", "10.0.1.1/24", "2001:db8:1::1/64", NULL);
	dev_setup(bed->router, "wan", "10.0.2.1/24", "2001:db8:2::1/64", NULL);
	host_setup(bed->left, "10.0.1.2/24", "2001:db8:1::2/64", "10.0.1.1", "2001:db8:1::1");
	host_setup(bed->right, "10.0.2.2/24", "2001:db8:2::2/64", "10.0.2.1", "2001:db8:2::1");
	must(sysctl_set(bed->router, "net.ipv4.ip_forward", "1"));
	must(sysctl_set(bed->router, "net.ipv6.conf.all.forwarding", "1"));
	for (int i = 0; i < 3; i++) {
		must(sysctl_set(nodes[i], "net.ipv4.ping_group_range", "0 2147483647"));
		/* An answer to each probe, however fast they come. */
		must(sysctl_set(nodes[i], "net.ipv4.icmp_ratelimit", "0"));
		must(sysctl_set(nodes[i], "net.ipv6.icmp.ratelimit", "0"));
	}
	lab_run(bed->lab, 3 * SEC);	/* duplicate address detection */
	return 0;
}

int bed_teardown(void **state)
{
	struct bed *bed = *state;

	lab_free(bed->lab);
	free(bed);
	return 0;
}

const struct lab_frame *bed_frame(const struct lab_link *link, const struct lab_node *from,
				  int protocol, unsigned int skip, const uint8_t **ip)
{
	for (unsigned int i = 0; i < lab_captured(link); i++) {
		const struct lab_frame *frame = lab_captured_frame(link, i);
		size_t at;

		if (frame->from != from ||
		    frame_protocol(frame->data, frame->len, &at) != protocol || skip--)
			continue;
		frame_ethertype(frame->data, frame->len, &at);
		if (ip)
			*ip = frame->data + at;
		return frame;
	}
	return NULL;
}

unsigned int bed_frames(const struct lab_link *link, const struct lab_node *from, int protocol)
{
	unsigned int n = 0;

	while (bed_frame(link, from, protocol, n, NULL))
		n++;
	return n;
}

void bed_assert_clean(const struct lab_link *link, const void *address)
{
	for (unsigned int i = 0; i < lab_captured(link); i++) {
		const struct lab_frame *frame = lab_captured_frame(link, i);
		size_t at;

		assert_true(frame_csums_good(frame->data, frame->len));
		if (!address || frame_ethertype(frame->data, frame->len, &at) != 0x0800)
			continue;
		assert_memory_not_equal(frame->data + at + 12, address, 4);
		assert_memory_not_equal(frame->data + at + 16, address, 4);
	}
}

long long nft_number(struct lab_node *node, const char *command, const char *word)
{
	const char *at = strstr(nft_output(node, command), word);

	return at ? strtoll(at + strlen(word), NULL, 10) : -1;
}

static long long counter_part(struct lab_node *node, const char *counter, const char *word)
{
	char command[128] = "list counter ";

	strncat(command, counter, sizeof(command) - strlen(command) - 1);
	return nft_number(node, command, word);
}

long long nft_packets(struct lab_node *node, const char *counter)
{
	return counter_part(node, counter, "packets ");
}

long long nft_bytes(struct lab_node *node, const char *counter)
{
	return counter_part(node, counter, "bytes ");
}

bool nft_shows(struct lab_node *node, const char *command, const char *text)
{
	return strstr(nft_output(node, command), text) != NULL;
}
