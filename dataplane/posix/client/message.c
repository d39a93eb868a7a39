// SPDX-License-Identifier: GPL-2.0-only
/* Data in several pieces, and messages: one piece in the slot's area. */
#include <sys/socket.h>
#include <sys/uio.h>

#include "client.h"

#define SMALL (NUSE_STACK_AREA / 2)	/* of data; there is more than data */

/* Bytes of a vector; more than any area if it is not one. */
static size_t total(const struct iovec *iov, unsigned long n)
{
	size_t bytes = 0;

	if (n > 64)
		return SIZE_MAX;
	for (unsigned long i = 0; i < n; i++) {
		if (iov[i].iov_len > SMALL)
			return SIZE_MAX;
		bytes += iov[i].iov_len;
	}
	return bytes;
}

static void gather(uint8_t *to, const struct iovec *iov, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		memcpy(to, iov[i].iov_base, iov[i].iov_len);
		to += iov[i].iov_len;
	}
}

static void scatter(const uint8_t *from, size_t bytes, const struct iovec *iov, unsigned long n)
{
	for (unsigned long i = 0; i < n && bytes; i++) {
		size_t part = bytes < iov[i].iov_len ? bytes : iov[i].iov_len;

		memcpy(iov[i].iov_base, from, part);
		from += part;
		bytes -= part;
	}
}

/* readv and writev become read and write of one piece. */
bool do_vector(struct frame *f)
{
	const struct iovec *iov = (const struct iovec *)f->args[1];
	unsigned long n = (unsigned long)f->args[2];
	bool reads = f->nr == __NR_readv;
	struct ring_call ring;
	size_t bytes;
	long ret;

	if (lost(f))
		return false;
	if (!in_stack(f->args[0]))
		return true;
	bytes = total(iov, n);
	if (bytes > SMALL)
		return as_it_is(f);
	ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	if (!reads)
		gather(ring.area, iov, n);
	ret = call_run(&ring, reads ? __NR_read : __NR_write,
		       (const long[6]){ f->args[0], (long)ring.area, (long)bytes }, 0);
	if (reads && ret > 0)
		scatter(ring.area, (size_t)ret, iov, n);
	call_end(&ring);
	return answer(f, ret);
}

#define NAME_ROOM 256u
#define CONTROL_ROOM 8192u

/* How a message lies in an area. */
struct message {
	struct msghdr header;
	struct iovec iov;
	uint8_t name[NAME_ROOM];
	uint8_t control[CONTROL_ROOM] __attribute__((aligned(16)));
	uint8_t data[];
};

static bool fits(const struct msghdr *m)
{
	return m->msg_namelen <= NAME_ROOM && m->msg_controllen <= CONTROL_ROOM &&
	       total(m->msg_iov, m->msg_iovlen) <= SMALL;
}

static void point(struct message *in, const struct msghdr *m)
{
	in->header = (struct msghdr){
		.msg_name = m->msg_name ? in->name : NULL,
		.msg_namelen = m->msg_namelen,
		.msg_iov = &in->iov,
		.msg_iovlen = 1,
		.msg_control = m->msg_control ? in->control : NULL,
		.msg_controllen = m->msg_controllen,
		.msg_flags = m->msg_flags,
	};
	in->iov = (struct iovec){ in->data, total(m->msg_iov, m->msg_iovlen) };
}

static void copy_in(struct message *in, const struct msghdr *m)
{
	if (m->msg_name)
		memcpy(in->name, m->msg_name, m->msg_namelen);
	if (m->msg_control)
		memcpy(in->control, m->msg_control, m->msg_controllen);
	gather(in->data, m->msg_iov, m->msg_iovlen);
}

static void copy_out(const struct message *in, struct msghdr *m, size_t bytes)
{
	socklen_t name = in->header.msg_namelen;
	size_t control = in->header.msg_controllen;

	if (m->msg_name)
		memcpy(m->msg_name, in->name, name < m->msg_namelen ? name : m->msg_namelen);
	if (m->msg_control && control <= m->msg_controllen)
		memcpy(m->msg_control, in->control, control);
	scatter(in->data, bytes < in->iov.iov_len ? bytes : in->iov.iov_len, m->msg_iov,
		m->msg_iovlen);
	if (m->msg_name)
		m->msg_namelen = name;
	m->msg_controllen = control;
	m->msg_flags = in->header.msg_flags;
}

/* sendmsg and recvmsg */
bool do_message(struct frame *f)
{
	struct msghdr *m = (struct msghdr *)f->args[1];
	struct ring_call ring;
	struct message *in;
	long ret;

	if (lost(f))
		return false;
	if (!in_stack(f->args[0]))
		return true;
	if (!m || !fits(m))
		return as_it_is(f);
	ret = call_begin(&ring);
	if (ret)
		return answer(f, ret);
	in = (struct message *)ring.area;
	point(in, m);
	if (f->nr == __NR_sendmsg)
		copy_in(in, m);
	ret = call_run(&ring, f->nr, (const long[6]){ f->args[0], (long)in, f->args[2] }, 0);
	if (ret >= 0 && f->nr == __NR_recvmsg)
		copy_out(in, m, (size_t)ret);
	call_end(&ring);
	return answer(f, ret);
}
