/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_BPF_H
#define BENCH_BPF_H

/*
 * The XDP program of host_inject.c: it makes the frame of the next flow, as a
 * port of the library does, and passes it on.
 */
struct traffic;

struct bpf_generator {
	int program;
	int flows, counter;		/* its maps */
};

/* 0 or a negative errno number. Three descriptors for the caller to close. */
int bpf_generator_load(struct bpf_generator *generator, const struct traffic *traffic);

/*
 * Run the program on `repeat` frames that arrive at `ifindex`, in lists of
 * `batch`. Nanoseconds a frame as the kernel measured it, or negative errno.
 */
long bpf_generator_run(const struct bpf_generator *generator, const struct traffic *traffic,
		       int ifindex, unsigned int repeat, unsigned int batch);

#endif
