// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data: copied by way of the slot's area, where the stack finds it at once. What
 * is larger than the area stays where it is, and the stack fetches it.
 */
#include <sys/socket.h>

#include "client.h"

#define SMALL (NUSE_STACK_AREA / 2)	/* of data, when there is more than data */

/*
 * Begin a call of the stack whose data fit into the area; `args` are its own to
 * change. False: it is another's, larger, or cannot begin, and its handler returns
 * *handled.
 */
static bool data_begin(struct frame *f, bool fit, struct ring_call *ring, long args[6],
		       bool *handled)
{
	long err;

	if (lost(f)) {
		*handled = false;
	} else if (!in_stack(f->args[0])) {
		*handled = true;
	} else if (!fit) {
		*handled = as_it_is(f);
	} else {
		err = call_begin(ring);
		if (!err) {
			memcpy(args, f->args, sizeof(f->args));
			return true;
		}
		*handled = answer(f, err);
	}
	return false;
}

/* read, and the like with more arguments behind. */
bool do_read(struct frame *f)
{
	struct ring_call ring;
	long args[6], ret;
	bool handled;

	if (!data_begin(f, true, &ring, args, &handled))
		return handled;
	args[1] = (long)ring.area;
	if ((unsigned long)args[2] > NUSE_STACK_AREA)
		args[2] = NUSE_STACK_AREA;
	ret = call_run(&ring, f->nr, args, 0);
	if (ret > 0)
		memcpy((void *)f->args[1], ring.area, (size_t)ret);
	call_end(&ring);
	return answer(f, ret);
}

bool do_write(struct frame *f)
{
	bool fit = (unsigned long)f->args[2] <= NUSE_STACK_AREA, handled;
	struct ring_call ring;
	long args[6], ret;

	if (!data_begin(f, fit, &ring, args, &handled))
		return handled;
	memcpy(ring.area, (void *)args[1], (size_t)args[2]);
	args[1] = (long)ring.area;
	ret = call_run(&ring, f->nr, args, 0);
	call_end(&ring);
	return answer(f, ret);
}

bool do_send(struct frame *f)
{
	bool fit = (unsigned long)f->args[2] <= SMALL && (unsigned long)f->args[5] <= 128;
	struct ring_call ring;
	long args[6], ret;
	bool handled;

	if (!data_begin(f, fit, &ring, args, &handled))
		return handled;
	memcpy(ring.area, (void *)args[1], (size_t)args[2]);
	args[1] = (long)ring.area;
	if (args[4]) {
		memcpy(ring.area + SMALL, (void *)args[4], (size_t)args[5]);
		args[4] = (long)ring.area + SMALL;
	}
	ret = call_run(&ring, f->nr, args, 0);
	call_end(&ring);
	return answer(f, ret);
}

bool do_recv(struct frame *f)
{
	bool fit = (unsigned long)f->args[2] <= SMALL, handled;
	struct ring_call ring;
	socklen_t *size, room = 0;
	long args[6], ret;

	if (!data_begin(f, fit, &ring, args, &handled))
		return handled;
	args[1] = (long)ring.area;
	size = (socklen_t *)(ring.area + SMALL);
	if (args[4] && args[5]) {
		room = *(socklen_t *)args[5];
		*size = room < 128 ? room : 128;
		args[4] = (long)(size + 2);
		args[5] = (long)size;
	}
	ret = call_run(&ring, f->nr, args, 0);
	if (ret > 0)
		memcpy((void *)f->args[1], ring.area, (size_t)(ret < args[2] ? ret : args[2]));
	if (ret >= 0 && f->args[4] && f->args[5]) {
		memcpy((void *)f->args[4], size + 2, *size < room ? *size : room);
		*(socklen_t *)f->args[5] = *size;
	}
	call_end(&ring);
	return answer(f, ret);
}

/* A file of the host to a socket of the stack: read into the area, and sent. */
static long send_part(struct ring_call *ring, const struct frame *f, size_t part, int64_t *offset)
{
	long got = offset ? sys(__NR_pread64, f->args[1], ring->area, part, *offset)
			  : sys(__NR_read, f->args[1], ring->area, part);
	long sent;

	if (got <= 0)
		return got;
	sent = call_run(ring, __NR_write, (const long[6]){ f->args[0], (long)ring->area, got }, 0);
	if (offset && sent > 0)
		*offset += sent;
	else if (!offset && sent < got)
		sys(__NR_lseek, f->args[1], (sent > 0 ? sent : 0) - got, 1);
	return sent;
}

bool do_sendfile(struct frame *f)
{
	int64_t *offset = (int64_t *)f->args[2];
	size_t left = (size_t)f->args[3];
	struct ring_call ring;
	long sent = 0, ret;

	if (lost(f))
		return false;
	if (!in_stack(f->args[0]) && !in_stack(f->args[1]))
		return true;
	if (!in_stack(f->args[0]) || in_stack(f->args[1]))
		return answer(f, -EINVAL);
	ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	while (left) {
		size_t part = left < NUSE_STACK_AREA ? left : NUSE_STACK_AREA;

		ret = send_part(&ring, f, part, offset);
		if (ret <= 0)
			break;
		sent += ret;
		left -= (size_t)ret;
		if ((size_t)ret < part)
			break;
	}
	call_end(&ring);
	return answer(f, sent ? sent : ret);
}
