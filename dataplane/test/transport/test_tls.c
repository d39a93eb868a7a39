// SPDX-License-Identifier: GPL-2.0-only
/* TLS of the kernel: records of AES-GCM on a TCP connection. */
#include <errno.h>
#include <netinet/in.h>
#include <linux/tls.h>
#include <stdlib.h>
#include <string.h>

#include "support/frame.h"
#include "support/sock.h"
#include "support/stream.h"

#include "pair.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif

#define BYTES (1u << 20)
#define CHUNK 10000
#define MARK "this must not be seen on the wire"

static struct pair net;

/* A version and cipher, of which each side has the same keys. */
struct session {
	uint16_t version, cipher;
	bool plain;			/* no TLS at all */
	int listener;
	long result;			/* what ended the receiver, 0 = all is there */
	unsigned int marks, records, flips;
	bool flip;
};

/* `cipher` is AES-GCM of 128 or 256 bits. */
static void start(struct lab_node *node, int fd, const struct session *session, int direction)
{
	union {
		struct tls_crypto_info info;
		struct tls12_crypto_info_aes_gcm_128 aes128;
		struct tls12_crypto_info_aes_gcm_256 aes256;
	} crypto;
	socklen_t len = session->cipher == TLS_CIPHER_AES_GCM_128 ? sizeof(crypto.aes128) :
								    sizeof(crypto.aes256);

	/* Key, salt and IV; the number of the first record ends the struct. */
	pattern_fill((uint8_t *)&crypto, len, 0, 77);
	memset((uint8_t *)&crypto + len - 8, 0, 8);
	crypto.info.version = session->version;
	crypto.info.cipher_type = session->cipher;
	must(sock_set(node, fd, SOL_TLS, direction, &crypto, len));
}

static void fill(uint8_t *data, size_t at)
{
	pattern_fill(data, CHUNK, at, 1);
	memcpy(data + 100, MARK, sizeof(MARK));
}

static int receive(struct lab_node *node, void *arg)
{
	struct session *session = arg;
	int fd = (int)must(sock_accept(node, session->listener));
	uint8_t *expected = malloc(CHUNK);
	/* TLS 1.2 decrypts right into it. */
	uint8_t *data = node_pages(node, CHUNK);

	if (!session->plain) {
		must(sock_set_text(node, fd, IPPROTO_TCP, TCP_ULP, "tls"));
		start(node, fd, session, TLS_RX);
	}
	for (size_t done = 0; done + CHUNK <= BYTES; done += CHUNK) {
		session->result = sock_recv_all(node, fd, data, CHUNK);
		if (session->result < 0)
			break;
		assert_int_equal(session->result, CHUNK);
		fill(expected, done);
		assert_memory_equal(data, expected, CHUNK);
		session->result = 0;
	}
	free(expected);
	must(sock_close(node, fd));
	return 0;
}

static int transmit(struct lab_node *node, void *arg)
{
	struct session *session = arg;
	int fd = tcp_connect(node, "10.0.0.2:80");
	uint8_t *data = malloc(CHUNK);

	if (!session->plain) {
		must(sock_set_text(node, fd, IPPROTO_TCP, TCP_ULP, "tls"));
		start(node, fd, session, TLS_TX);
	}
	for (size_t done = 0; done + CHUNK <= BYTES; done += CHUNK) {
		fill(data, done);
		if (sock_send_all(node, fd, data, CHUNK) < 0)
			break;
	}
	free(data);
	must(sock_close(node, fd));
	return 0;
}

/* Change two bytes so that the checksum of TCP stays right. */
static bool flip(uint8_t *data)
{
	if ((data[0] & 1) == (data[2] & 1))
		return false;
	data[0] ^= 1;
	data[2] ^= 1;
	return true;
}

static enum lab_verdict watch(void *arg, struct lab_frame *frame)
{
	struct session *session = arg;
	size_t at;

	if (frame_protocol(frame->data, frame->len, &at) != IPPROTO_TCP || frame->from != net.a)
		return LAB_PASS;
	at += (frame->data[at + 12] >> 4) * 4;
	session->marks += memmem(frame->data + at, frame->len - at, MARK, sizeof(MARK)) != NULL;
	/* Application data, in either version. */
	session->records += memmem(frame->data + at, frame->len - at, "\x17\x03\x03", 3) != NULL;
	if (session->flip && frame->len > 1000 && lab_link_bytes(net.link, net.a) > BYTES / 2)
		session->flips += flip(frame->data + frame->len - 200);
	return LAB_PASS;
}

static void run(void **state, struct session *session, uint32_t features)
{
	const struct lab_link_options options = { .features = features };
	struct lab_task *server, *client;

	pair_setup(&net, state, &options);
	lab_link_hook(net.link, watch, session);
	session->listener = tcp_listen(net.b, "10.0.0.2:80");
	server = lab_spawn(net.b, receive, session);
	client = lab_spawn(net.a, transmit, session);
	lab_join(client);
	lab_join(server);
}

static void encrypted(void **state, uint16_t version, uint16_t cipher, uint32_t features)
{
	struct session session = { .version = version, .cipher = cipher };

	run(state, &session, features);
	assert_int_equal(session.result, 0);
	assert_int_equal(session.marks, 0);
	assert_true(session.records >= BYTES / CHUNK / 2);
	assert_int_equal(proc_counter(net.a, "tls_stat", "", "TlsTxSw"), 1);
	assert_int_equal(proc_counter(net.b, "tls_stat", "", "TlsRxSw"), 1);
	assert_int_equal(proc_counter(net.b, "tls_stat", "", "TlsDecryptError"), 0);
}

#define CARD (LAB_SEGS | LAB_TX_CSUM | LAB_RX_CSUM)

static void tls12_carries_bytes_that_none_can_read(void **state)
{
	encrypted(state, TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_128, 0);
	encrypted(state, TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_256, CARD | LAB_TSO);
}

static void tls13_carries_bytes_that_none_can_read(void **state)
{
	encrypted(state, TLS_1_3_VERSION, TLS_CIPHER_AES_GCM_128, CARD | LAB_TSO);
	encrypted(state, TLS_1_3_VERSION, TLS_CIPHER_AES_GCM_256, 0);
}

static void without_tls_the_bytes_are_seen(void **state)
{
	struct session session = { .plain = true };

	run(state, &session, 0);
	assert_int_equal(session.result, 0);
	assert_true(session.marks > BYTES / CHUNK / 2);
}

static void a_record_changed_on_its_way_ends_the_connection(void **state)
{
	struct session session = { .version = TLS_1_3_VERSION, .cipher = TLS_CIPHER_AES_GCM_128,
				   .flip = true };

	run(state, &session, 0);
	assert_true(session.flips > 0);
	assert_int_equal(session.result, -EBADMSG);
	assert_int_equal(proc_counter(net.b, "tls_stat", "", "TlsDecryptError"), 1);
	assert_int_equal(proc_counter(net.b, "snmp", "Tcp", "InCsumErrors"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(tls12_carries_bytes_that_none_can_read),
		lab_test(tls13_carries_bytes_that_none_can_read),
		lab_test(without_tls_the_bytes_are_seen),
		lab_test(a_record_changed_on_its_way_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
