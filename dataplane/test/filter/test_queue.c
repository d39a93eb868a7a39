// SPDX-License-Identifier: GPL-2.0-only
/* Packets that wait for user space to decide: nfnetlink_queue. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <string.h>

#include "bed.h"
#include "nfnl.h"
#include "support/frame.h"

#define QUEUE 3

static void fill_bind(struct nlmsghdr *nlh, void *arg)
{
	const struct nfqnl_msg_config_cmd bind = { .command = NFQNL_CFG_CMD_BIND };
	const struct nfqnl_msg_config_params params = {
		.copy_range = htonl(0xffff), .copy_mode = NFQNL_COPY_PACKET,
	};

	(void)arg;
	mnl_attr_put(nlh, NFQA_CFG_CMD, sizeof(bind), &bind);
	mnl_attr_put(nlh, NFQA_CFG_PARAMS, sizeof(params), &params);
}

static int queue_open(struct lab_node *node)
{
	int fd = nfnl_open(node);

	must(nfnl_send(node, fd, NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, 0, AF_UNSPEC, QUEUE,
		       fill_bind, NULL));
	return fd;
}

struct verdict {
	struct nfqnl_msg_verdict_hdr header;
	const void *payload;
	size_t len;
	uint32_t mark;
};

static void fill_verdict(struct nlmsghdr *nlh, void *arg)
{
	const struct verdict *verdict = arg;

	mnl_attr_put(nlh, NFQA_VERDICT_HDR, sizeof(verdict->header), &verdict->header);
	if (verdict->payload)
		mnl_attr_put(nlh, NFQA_PAYLOAD, verdict->len, verdict->payload);
	if (verdict->mark)
		mnl_attr_put_u32(nlh, NFQA_MARK, htonl(verdict->mark));
}

/* Take the next queued packet: its payload and length, and its number. */
static size_t queue_take(struct lab_node *node, int fd, uint8_t packet[2048], uint32_t *id)
{
	const struct nlmsghdr *nlh = nfnl_receive(node, fd);
	const struct nlattr *attrs[NFNL_ATTRS];
	const struct nfqnl_msg_packet_hdr *header;
	size_t len;

	if (!nlh)
		return 0;
	nfnl_attrs(nlh, attrs);
	header = mnl_attr_get_payload(attrs[NFQA_PACKET_HDR]);
	*id = header->packet_id;
	len = mnl_attr_get_payload_len(attrs[NFQA_PAYLOAD]);
	memcpy(packet, mnl_attr_get_payload(attrs[NFQA_PAYLOAD]), len);
	return len;
}

static int queue_answer(struct lab_node *node, int fd, struct verdict *verdict, uint32_t id,
			uint32_t what)
{
	verdict->header = (struct nfqnl_msg_verdict_hdr){ .id = id, .verdict = htonl(what) };
	return nfnl_send(node, fd, NFNL_SUBSYS_QUEUE, NFQNL_MSG_VERDICT, 0, AF_UNSPEC, QUEUE,
			 fill_verdict, verdict);
}

static const char rules[] =
	"table inet t {\n"
	" counter marked { }\n"
	" chain f { type filter hook forward priority 0; udp dport 7 queue num 3; }\n"
	" chain l { type filter hook forward priority 1; meta mark 9 counter name marked; }\n"
	"}\n";

static void user_space_decides_on_queued_packets(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7"), client = udp_socket(bed->left, NULL);
	int fd = queue_open(bed->router);
	struct verdict verdict = { 0 };
	uint8_t packet[2048];
	uint32_t ids[3];
	char text[16];

	nft(bed->router, "%s", rules);
	for (int i = 0; i < 3; i++)
		must(sock_sendto(bed->left, client, i == 1 ? "second" : "other", 6,
				 "10.0.2.2:7"));
	lab_run(bed->lab, BED_TRIP);
	must_fail(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	for (int i = 0; i < 3; i++)
		assert_int_equal(queue_take(bed->router, fd, packet, &ids[i]), 20 + 8 + 6);
	verdict.mark = 9;
	for (int i = 0; i < 3; i++)
		must(queue_answer(bed->router, fd, &verdict, ids[i],
				  i == 1 ? NF_ACCEPT : NF_DROP));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), 6);
	assert_memory_equal(text, "second", 6);
	must_fail(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	assert_int_equal(nft_packets(bed->router, "inet t marked"), 1);
	must_fail(queue_answer(bed->router, fd, &verdict, ids[0], NF_ACCEPT), ENOENT);
}

static void user_space_can_write_the_packet_anew(void **state)
{
	struct bed *bed = *state;
	int server = udp_socket(bed->right, "10.0.2.2:7"), client = udp_socket(bed->left, NULL);
	int fd = queue_open(bed->router);
	struct verdict verdict = { 0 };
	uint8_t packet[2048];
	uint32_t id;
	char text[16] = "";

	nft(bed->router, "%s", rules);
	must(sock_sendto(bed->left, client, "hello", 5, "10.0.2.2:7"));
	lab_run(bed->lab, BED_TRIP);
	verdict.len = queue_take(bed->router, fd, packet, &id);
	assert_int_equal(verdict.len, 33);
	memcpy(packet + 28, "HELLO", 5);
	frame_put16(packet + 26, 0);	/* no UDP checksum */
	verdict.payload = packet;
	must(queue_answer(bed->router, fd, &verdict, id, NF_ACCEPT));
	lab_run(bed->lab, BED_TRIP);
	assert_int_equal(sock_recv(bed->right, server, text, sizeof(text), MSG_DONTWAIT), 5);
	assert_string_equal(text, "HELLO");
}

static void without_a_listener_a_queue_drops_unless_it_may_bypass(void **state)
{
	struct bed *bed = *state;

	nft(bed->router, "%s", rules);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	nft(bed->router, "flush chain inet t f");
	nft(bed->router, "add rule inet t f udp dport 7 queue flags bypass to 3");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
}

static void packets_wait_no_longer_than_their_queue_lives(void **state)
{
	struct bed *bed = *state;
	int fd = queue_open(bed->router);

	nft(bed->router, "%s", rules);
	assert_false(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
	must(sock_close(bed->router, fd));
	lab_run(bed->lab, SEC);
	nft(bed->router, "delete table inet t");
	assert_true(udp_passes(bed->left, bed->right, "10.0.2.2:7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(user_space_decides_on_queued_packets),
		bed_test(user_space_can_write_the_packet_anew),
		bed_test(without_a_listener_a_queue_drops_unless_it_may_bypass),
		bed_test(packets_wait_no_longer_than_their_queue_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
