// SPDX-License-Identifier: GPL-2.0-only
/* The model's state, what tests say to it, and its random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model_private.h"

struct model model = { .lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, .version = NETMAP_API,
		       .options = { .slots = 1024, .buf_size = 2048 } };

uint32_t model_random(void)
{
	model.state = model.state * 1664525 + 1013904223;
	return model.state >> 8;
}

uint32_t model_some(uint32_t n)
{
	uint32_t dice = model_random() & 3;

	if (!model.options.random || !n)
		return n;
	if (!dice)
		return 0;
	return dice == 1 ? 1 : model_random() % n + 1;
}

void model_break(const struct model_ring *ring, const char *rule)
{
	if (*model.broken || model.scribbled) {
		model.scribbled = false;
		return;
	}
	if (ring)
		snprintf(model.broken, sizeof(model.broken), "%s (%s, %s ring %u)", rule,
			 ring->port->name, ring->tx ? "transmit" : "receive", ring->shadow.ringid);
	else
		snprintf(model.broken, sizeof(model.broken), "%s", rule);
}

struct model_fd *model_find(int fd)
{
	for (unsigned int i = 0; fd > 0 && i < MODEL_FDS; i++)
		if (model.fds[i].fd == fd)
			return &model.fds[i];
	return NULL;
}

void model_notify(struct model_fd *fd)
{
	static const uint64_t one = 1;

	if (fd && write(fd->fd, &one, sizeof(one)) < 0)
		return;			/* full: noticed anyway */
}

void model_append(struct model_list *list, struct model_frame *frame)
{
	frame->next = NULL;
	if (!list->head)
		list->tail = &list->head;
	*list->tail = frame;
	list->tail = &frame->next;
	list->length++;
}

struct model_frame *model_shift(struct model_list *list)
{
	struct model_frame *frame = list->head;

	if (frame) {
		list->head = frame->next;
		list->length--;
	}
	return frame;
}

struct model_frame *model_frame_new(uint32_t len)
{
	struct model_frame *frame = malloc(sizeof(*frame) + len);

	if (!frame)
		abort();
	frame->len = len;
	return frame;
}

/* ----------------------------------------------------------- for tests */

void model_reset(const struct model_options *options)
{
	assert_int_equal(model_open_count(), 0);
	for (unsigned int i = 0; i < MODEL_PORTS; i++)
		if (model.ports[i].used)
			model_port_free(&model.ports[i]);
	model.options = *options;
	if (!model.options.slots)
		model.options.slots = 1024;
	if (!model.options.buf_size)
		model.options.buf_size = 2048;
	model.state = options->seed;
	model.version = NETMAP_API;
	model.open_error = model.register_error = 0;
	model.nr_macs = 0;
	memset(model.counters, 0, sizeof(model.counters));
	*model.broken = '\0';
}

void model_set_random(bool random)
{
	model.options.random = random;
}

void model_refuse(int open_error, int register_error)
{
	model.open_error = open_error;
	model.register_error = register_error;
}

void model_set_version(unsigned int version)
{
	model.version = version;
}

void model_add_nic(const char *name, unsigned int rings, uint32_t slots)
{
	pthread_mutex_lock(&model.lock);
	model_port_new(name, MODEL_NIC, rings, slots);
	pthread_mutex_unlock(&model.lock);
}

static struct model_port *known(const char *name)
{
	struct model_port *port = model_port_find(name);

	assert_non_null(port);
	return port;
}

void model_wire(const char *a, const char *b)
{
	known(a)->peer = known(b);
	known(b)->peer = known(a);
}

void model_remove_nic(const char *name)
{
	struct model_port *port = known(name);

	pthread_mutex_lock(&model.lock);
	if (port->peer)
		port->peer->peer = NULL;
	port->peer = NULL;
	port->gone = true;
	for (unsigned int i = 0; i < port->rings; i++)
		model_notify(port->rx[i].owner);
	if (!port->users)
		model_port_free(port);
	pthread_mutex_unlock(&model.lock);
}

bool model_nic_deliver(const char *name, unsigned int ring, const void *data, uint32_t len)
{
	struct model_list *pending = &known(name)->rx[ring].pending;
	struct model_frame *frame;

	if (pending->length == MODEL_PENDING)
		return false;
	pthread_mutex_lock(&model.lock);
	frame = model_frame_new(len);
	memcpy(frame->data, data, len);
	model_append(pending, frame);
	model_notify(known(name)->rx[ring].owner);
	pthread_mutex_unlock(&model.lock);
	return true;
}

long model_nic_sent(const char *name, void *data, uint32_t size)
{
	struct model_frame *frame;
	long len = -1;

	pthread_mutex_lock(&model.lock);
	frame = model_shift(&known(name)->sent);
	if (frame) {
		len = frame->len;
		memcpy(data, frame->data, frame->len < size ? frame->len : size);
		free(frame);
	}
	pthread_mutex_unlock(&model.lock);
	return len;
}

void model_scribble(const char *name, bool receive)
{
	model.scribbled = true;
	if (receive)
		known(name)->rx[0].ring->tail = 0x5a5a5a5a;
	else
		known(name)->tx[0].ring->head = 0x5a5a5a5a;
}

void model_take_buffers(const char *name)
{
	struct model_ring *tx = &known(name)->tx[0];

	for (uint32_t i = 0; i < tx->nr_slots; i++)
		model_set_slot(tx, i, (struct netmap_slot){ 0 });
}

const char *model_broken(void)
{
	return *model.broken ? model.broken : NULL;
}

unsigned int model_open_count(void)
{
	unsigned int n = model.nr_maps;

	for (unsigned int i = 0; i < MODEL_FDS; i++)
		n += model.fds[i].fd > 0;
	return n;
}

uint64_t model_count(enum model_counter counter)
{
	return model.counters[counter];
}
