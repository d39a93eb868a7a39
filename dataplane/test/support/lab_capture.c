// SPDX-License-Identifier: GPL-2.0-only
/* Copies of what passes: in memory for assertions, in pcap files for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_private.h"

struct pcap_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, linktype;
};

struct pcap_record {
	uint32_t sec, nsec, captured, len;
};

void lab_capture_open(struct lab_capture *capture, const char *a, const char *a_dev,
		      const char *b, const char *b_dev)
{
	/* Nanoseconds, Ethernet. */
	static const struct pcap_header header = { 0xa1b23c4d, 2, 4, 0, 0, 262144, 1 };
	const char *dir = getenv("NUSE_LAB_PCAP");
	static unsigned int number;
	char path[512];

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%03u-%s-%s-%s-%s.pcap", dir, ++number, a, a_dev, b,
		 b_dev);
	capture->pcap = fopen(path, "w");
	if (capture->pcap)
		fwrite(&header, sizeof(header), 1, capture->pcap);
}

void lab_capture_add(struct lab_capture *capture, const struct lab_frame *frame)
{
	if (capture->pcap) {
		const struct pcap_record record = {
			(uint32_t)(frame->time / SEC), (uint32_t)(frame->time % SEC),
			frame->len, frame->len,
		};

		fwrite(&record, sizeof(record), 1, capture->pcap);
		fwrite(frame->data, frame->len, 1, capture->pcap);
	}
	if (!capture->on)
		return;
	if (capture->n == capture->room) {
		capture->room = capture->room ? 2 * capture->room : 64;
		capture->frames = realloc(capture->frames,
					  capture->room * sizeof(*capture->frames));
		if (!capture->frames)
			abort();
	}
	capture->frames[capture->n] = *frame;
	capture->frames[capture->n].data = malloc(frame->len + 1);
	if (!capture->frames[capture->n].data)
		abort();
	memcpy(capture->frames[capture->n].data, frame->data, frame->len);
	capture->n++;
}

static void forget(struct lab_capture *capture)
{
	for (unsigned int i = 0; i < capture->n; i++)
		free(capture->frames[i].data);
	capture->n = 0;
}

void lab_capture_close(struct lab_capture *capture)
{
	forget(capture);
	free(capture->frames);
	if (capture->pcap)
		fclose(capture->pcap);
}

void lab_capture(struct lab_link *link)
{
	link->capture.on = true;
}

unsigned int lab_captured(const struct lab_link *link)
{
	return link->capture.n;
}

const struct lab_frame *lab_captured_frame(const struct lab_link *link, unsigned int i)
{
	assert_true(i < link->capture.n);
	return &link->capture.frames[i];
}

void lab_capture_clear(struct lab_link *link)
{
	forget(&link->capture);
}
