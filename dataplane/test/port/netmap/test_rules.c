// SPDX-License-Identifier: GPL-2.0-only
/* The model notices each way to break netmap's rules: a program breaks them all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"
#include "model.h"

#define SLOTS 8u

struct program {
	int fd;
	uint8_t *map;
	size_t size;
	struct netmap_ring *tx, *rx;
};

static void start(struct program *program)
{
	struct nmreq_register body = { .nr_mode = NR_REG_ONE_NIC, .nr_flags = NR_NO_TX_POLL };
	struct nmreq_header header = { .nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER,
				       .nr_name = "eth0", .nr_body = (uintptr_t)&body };
	struct netmap_if *nif;

	model_reset(&(struct model_options){ .seed = 1 });
	model_add_nic("eth0", 1, SLOTS);
	program->fd = open(NETMAP_DEVICE, O_RDWR);
	assert_int_equal(ioctl(program->fd, NIOCCTRL, &header), 0);
	program->size = body.nr_memsize;
	program->map = mmap(NULL, program->size, PROT_READ | PROT_WRITE, MAP_SHARED, program->fd, 0);
	nif = (struct netmap_if *)(program->map + body.nr_offset);
	program->tx = (struct netmap_ring *)((uint8_t *)nif + nif->ring_ofs[0]);
	program->rx = (struct netmap_ring *)((uint8_t *)nif +
		nif->ring_ofs[nif->ni_tx_rings + nif->ni_host_tx_rings]);
}

static void stop(struct program *program)
{
	munmap(program->map, program->size);
	close(program->fd);
}

static uint8_t *buffer(struct netmap_ring *ring, uint32_t slot)
{
	return (uint8_t *)ring + ring->buf_ofs + ring->slot[slot].buf_idx * ring->nr_buf_size;
}

/* Send a good frame. */
static void send_one(struct netmap_ring *tx)
{
	memset(buffer(tx, tx->head), 'x', 60);
	tx->slot[tx->head].len = 60;
	tx->slot[tx->head].flags &= NS_BUF_CHANGED;
	tx->head = tx->cur = (tx->head + 1) % tx->num_slots;
}

static void nothing(struct program *p)
{
	send_one(p->tx);
	p->rx->head = p->rx->cur = p->rx->tail;
}

static void swap(struct program *p)
{
	uint32_t index = p->rx->slot[0].buf_idx;

	p->rx->slot[0].buf_idx = p->tx->slot[0].buf_idx;
	p->tx->slot[0].buf_idx = index;
	send_one(p->tx);
	p->rx->slot[0].flags |= NS_BUF_CHANGED;
	p->tx->slot[0].flags |= NS_BUF_CHANGED;
	p->rx->head = p->rx->cur = p->rx->tail;
}

static void head_beyond_tail(struct program *p)
{
	p->rx->head = p->rx->cur = (p->rx->tail + 1) % SLOTS;
}

static void head_back(struct program *p)
{
	p->rx->head = p->rx->cur = p->rx->tail;
	ioctl(p->fd, NIOCRXSYNC);
	p->rx->head = p->rx->cur = 0;
}

static void head_too_large(struct program *p)
{
	p->tx->head = p->tx->cur = SLOTS;
}

static void cur_before_head(struct program *p)
{
	send_one(p->tx);
	p->tx->cur = 0;
}

static void tail_written(struct program *p)
{
	p->rx->tail = 0;
}

static void constants_written(struct program *p)
{
	p->tx->num_slots = SLOTS / 2;
}

static void foreign_slot(struct program *p)
{
	p->tx->slot[SLOTS - 1].len = 60;
}

static void silent_exchange(struct program *p)
{
	swap(p);
	p->rx->slot[0].flags &= (uint16_t)~NS_BUF_CHANGED;
}

static void note_forgotten(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].flags = 0;
}

static void buffer_twice(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].buf_idx = p->rx->slot[0].buf_idx;
	p->tx->slot[0].flags |= NS_BUF_CHANGED;
}

static void buffer_elsewhere(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].buf_idx = 1u << 20;
	p->tx->slot[0].flags |= NS_BUF_CHANGED;
}

static void len_too_long(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].len = (uint16_t)(p->tx->nr_buf_size + 1);
}

static void flags_unknown(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].flags |= 0x10;
}

static void flags_on_receive(struct program *p)
{
	p->rx->slot[0].flags |= NS_MOREFRAG;
	p->rx->head = p->rx->cur = p->rx->tail;
}

static void pointer_written(struct program *p)
{
	p->tx->slot[0].ptr = 1;
}

static void half_a_frame(struct program *p)
{
	send_one(p->tx);
	p->tx->slot[0].flags |= NS_MOREFRAG;
}

/* The card reads the buffer after the sync. */
static void buffer_after_release(struct program *p)
{
	model_set_random(true);
	do {
		send_one(p->tx);
		ioctl(p->fd, NIOCTXSYNC);
		memset(buffer(p->tx, (p->tx->head + SLOTS - 1) % SLOTS), 'y', 60);
	} while (!model_broken());
}

static const struct {
	void (*act)(struct program *program);
	const char *rule;		/* NULL = it is allowed */
} acts[] = {
	{ nothing, NULL },
	{ swap, NULL },
	{ head_beyond_tail, "head stays between" },
	{ head_back, "head stays between" },
	{ head_too_large, "head stays between" },
	{ cur_before_head, "cur stays between" },
	{ tail_written, "tail is the kernel's" },
	{ constants_written, "only head and cur" },
	{ foreign_slot, "slots outside the window" },
	{ silent_exchange, "BUF_CHANGED says" },
	{ note_forgotten, "BUF_CHANGED stays" },
	{ buffer_twice, "in one slot only" },
	{ buffer_elsewhere, "own mem_id" },
	{ len_too_long, "len fits" },
	{ flags_unknown, "flags are those" },
	{ flags_on_receive, "flags are those" },
	{ pointer_written, "ptr is for" },
	{ half_a_frame, "whole frames" },
	{ buffer_after_release, "buffers behind head" },
};

static void each_rule_is_noticed_when_it_is_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		struct program program;

		start(&program);
		model_nic_deliver("eth0", 0, "some frame of twenty", 20);
		ioctl(program.fd, NIOCRXSYNC);
		assert_int_equal(program.rx->tail, 1);
		acts[i].act(&program);
		ioctl(program.fd, NIOCTXSYNC);
		ioctl(program.fd, NIOCRXSYNC);
		if (acts[i].rule && (!model_broken() || !strstr(model_broken(), acts[i].rule)))
			fail_msg("act %zu: not \"%s\" but \"%s\"", i, acts[i].rule, model_broken());
		if (!acts[i].rule && model_broken())
			fail_msg("act %zu: %s", i, model_broken());
		stop(&program);
	}
	model_reset(&(struct model_options){ 0 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_is_noticed_when_it_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
