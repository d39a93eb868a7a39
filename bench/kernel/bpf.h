/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_BPF_H
#define BENCH_BPF_H

/*
 * An XDP program for live frames: it makes the frame of the next flow, as a port
 * of the library does, and passes it up or sends it on another interface.
 */
struct traffic;

struct bpf_generator {
	int program;
	int flows, counter;		/* its maps */
};

/*
 * Frames go to interface `target`, 0 = up the stack. 0 or a negative errno
 * number. Three descriptors for the caller to close.
 */
int bpf_generator_load(struct bpf_generator *generator, const struct traffic *traffic,
		       int target);

/*
 * Run the program on `repeat` frames that arrive at `ifindex`, in lists of
 * `batch`. Nanoseconds a frame as the kernel measured it, or negative errno.
 */
long bpf_generator_run(const struct bpf_generator *generator, const struct traffic *traffic,
		       int ifindex, unsigned int repeat, unsigned int batch);

#endif
