/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_KIT_H
#define NUSE_TEST_KIT_H

/*
 * What the tests of instances share: booting the library that NUSE_LIBLINUX
 * names, calling it, threads that turn it, and counts of what the process has.
 * Whatever goes wrong in here fails the running test.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include <cmocka.h>
#include <nuse/host.h>

#define MIB		(1ull << 20)
#define US		1000ull
#define MS		1000000ull
#define SEC		1000000000ull

/* Is this process watched by the address sanitizer? It keeps freed memory. */
#ifdef __SANITIZE_ADDRESS__
#define KIT_SANITIZED true
#else
#define KIT_SANITIZED false
#endif

/* The library under test. */
const char *kit_library(void);

/* The one with assertions and faults on demand, or NULL: skip what needs it. */
const char *kit_debug_library(void);

/* A configuration with 32 MiB of RAM; change what the test is about. */
struct nuse_instance_config kit_config(void);

/* Create and boot; NULL = kit_config(). */
struct nuse_instance *kit_boot(const struct nuse_instance_config *config);

/* A system call of pid 1; integers and pointers as they are. */
#define kit_call(inst, nr, ...) \
	nuse_instance_syscall(inst, nr, KIT_ARGS_(__VA_ARGS__ __VA_OPT__(,) 0, 0, 0, 0, 0, 0))
#define KIT_ARGS_(a, b, c, d, e, f, ...) \
	((const long[6]){ (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f) })

/* The same by a client of the ring. */
#define kit_client_call(client, nr, ...) \
	nuse_client_call(client, nr, KIT_ARGS_(__VA_ARGS__ __VA_OPT__(,) 0, 0, 0, 0, 0, 0))

/* Turn until cond(arg) or for `ns` of the instance's time; was it cond? */
bool kit_turn_until(struct nuse_instance *inst, bool (*cond)(void *arg), void *arg, uint64_t ns);
void kit_turn_for(struct nuse_instance *inst, uint64_t ns);

/* Read a file of the instance as text of `size` bytes at most; its length. */
long kit_read(struct nuse_instance *inst, const char *path, char *text, size_t size);
long kit_write(struct nuse_instance *inst, const char *path, const char *text);
/* The number behind the first `key` in a file of the instance. */
long kit_number(struct nuse_instance *inst, const char *path, const char *key);

/* All of the kernel log that is kept; valid until the next call. */
const char *kit_log(struct nuse_instance *inst);

/* Serves a datagram over its own lo: the instance is well. */
void kit_assert_well(struct nuse_instance *inst);
/* It has panicked, `reason` is in its log; every function says so. */
void kit_assert_dead(struct nuse_instance *inst, const char *reason);

/* A thread that turns the instance until it is stopped. */
struct kit_worker;
struct kit_worker *kit_worker_start(struct nuse_instance *inst);
/* Returns what the last turn did. */
long kit_worker_stop(struct kit_worker *worker);

/* What the process has of things that leak. */
struct kit_usage {
	long fds, threads, maps;
	long rss;			/* KiB */
};

struct kit_usage kit_usage(void);
/* Everything but RSS equal, and that not more than `kib` up. */
void kit_assert_usage(const struct kit_usage *before, long kib);

/* CLOCK_MONOTONIC of the host. */
uint64_t kit_now(void);

/* Numbers that look random and are the same every time. */
uint32_t kit_random(uint64_t *state);

#endif
