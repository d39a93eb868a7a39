// SPDX-License-Identifier: GPL-2.0-only
/* Searching what was captured on a link. */
#include <fnmatch.h>
#include <string.h>

#include "layers.h"
#include "support/frame.h"

static bool matches(const struct lab_frame *frame, const struct lab_node *from,
		    const char *pattern)
{
	return (!from || frame->from == from) &&
	       !fnmatch(pattern, frame_layers(frame->data, frame->len), 0);
}

unsigned int wire_count(const struct lab_link *link, const struct lab_node *from,
			const char *pattern)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < lab_captured(link); i++)
		n += matches(lab_captured_frame(link, i), from, pattern);
	return n;
}

static void __attribute__((noreturn)) none(const struct lab_link *link, const char *pattern)
{
	for (unsigned int i = 0; i < lab_captured(link); i++) {
		const struct lab_frame *frame = lab_captured_frame(link, i);

		print_error("%s: %s, %u bytes\n",
			    frame->from ? lab_node_name(frame->from) : "injected",
			    frame_layers(frame->data, frame->len), frame->len);
	}
	fail_msg("no frame like %s in all of these", pattern);
	__builtin_unreachable();
}

const struct lab_frame *wire_first(const struct lab_link *link, const struct lab_node *from,
				   const char *pattern)
{
	for (unsigned int i = 0; i < lab_captured(link); i++)
		if (matches(lab_captured_frame(link, i), from, pattern))
			return lab_captured_frame(link, i);
	none(link, pattern);
}

const struct lab_frame *wire_last(const struct lab_link *link, const struct lab_node *from,
				  const char *pattern)
{
	for (unsigned int i = lab_captured(link); i-- > 0;)
		if (matches(lab_captured_frame(link, i), from, pattern))
			return lab_captured_frame(link, i);
	none(link, pattern);
}

bool wire_shows(const struct lab_link *link, const void *data, size_t len)
{
	for (unsigned int i = 0; i < lab_captured(link); i++) {
		const struct lab_frame *frame = lab_captured_frame(link, i);

		if (memmem(frame->data, frame->len, data, len))
			return true;
	}
	return false;
}

const uint8_t *ip_header(const struct lab_frame *frame)
{
	size_t offset;
	uint16_t type = frame_ethertype(frame->data, frame->len, &offset);

	assert_true(type == 0x0800 || type == 0x86dd);
	return frame->data + offset;
}
