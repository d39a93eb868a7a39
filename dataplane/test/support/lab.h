/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_LAB_H
#define NUSE_TEST_LAB_H

/*
 * A laboratory: several instances, links between them and one virtual clock,
 * all in the test's thread. Nothing happens but inside lab_run() and its
 * relatives, or inside a direct call; two runs of a test do the same things in
 * the same order. Whatever goes wrong in here fails the running test.
 *
 * Times are nanoseconds. Nodes, links and tasks live until lab_free().
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include <cmocka.h>
#include <nuse/host.h>

#define US 1000ull
#define MS 1000000ull
#define SEC 1000000000ull

struct lab;
struct lab_node;
struct lab_link;
struct lab_task;

/* ------------------------------------------------------------- the lab */

struct lab *lab_new(void);

/*
 * Destroy everything. Fails the test if a node has panicked or its log has a
 * warning ("WARNING:", "BUG:", "Oops"), and prints that log.
 */
void lab_free(struct lab *lab);

/* A lab as a test's state: cmocka_unit_test(fn) becomes lab_test(fn). */
int lab_setup(void **state);
int lab_teardown(void **state);
#define lab_test(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

/* Time on the lab's clock. */
uint64_t lab_now(struct lab *lab);

/* Run everything due in the next `ns`; 0 = what is due now. */
void lab_run(struct lab *lab, uint64_t ns);

/* Run until cond(arg), asked after every step; false if `timeout` came first. */
bool lab_until(struct lab *lab, bool (*cond)(void *arg), void *arg, uint64_t timeout);

/* ------------------------------------------------------------- instances */

struct lab_node_options {
	uint64_t ram;			/* bytes, 0 = 64 MiB */
	const char *cmdline;		/* added to the kernel's */
	uint64_t seed;			/* of its random numbers, 0 = by number */
	bool warnings;			/* the log may have warnings */
};

/* Boot an instance. lo is up; ports come with lab_link(). `options` may be NULL. */
struct lab_node *lab_node(struct lab *lab, const char *name);
struct lab_node *lab_node_with(struct lab *lab, const char *name,
			       const struct lab_node_options *options);

const char *lab_node_name(const struct lab_node *node);
struct lab *lab_of(const struct lab_node *node);
struct nuse_instance *lab_instance(const struct lab_node *node);
/* Its kernel log up to now. */
const char *lab_node_log(const struct lab_node *node);

/*
 * A system call; pointers and integers as they are, -errno on failure. From
 * the test itself it runs as pid 1 and must not wait for another node: that
 * can never come, as only this node runs meanwhile. Inside of a spawned
 * function it may block as long as it likes. Both share one file table.
 */
#define node_call(node, nr, ...) \
	node_call_array(node, nr, NODE_ARGS_(__VA_ARGS__ __VA_OPT__(,) 0, 0, 0, 0, 0, 0))
#define NODE_ARGS_(a, b, c, d, e, f, ...) \
	((const long[6]){ (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f) })
long node_call_array(struct lab_node *node, long nr, const long args[6]);

/* Fail the test unless `call` is >= 0; its value. */
#define must(call) lab_must((call), #call, __FILE__, __LINE__)
long lab_must(long result, const char *call, const char *file, int line);

/* Fail the test unless `call` returns -error. */
#define must_fail(call, error) lab_must_fail((call), (error), #call, __FILE__, __LINE__)
void lab_must_fail(long result, int error, const char *call, const char *file, int line);

/* ----------------------------------------------------------------- tasks */

/*
 * Run fn(node, arg) as a task of the node's kernel, beginning in the next
 * lab_run(). It may block in node_call(). cmocka's assertions and must() work
 * in it: they end the task, and lab_join() fails the test.
 */
typedef int (*lab_fn)(struct lab_node *node, void *arg);
struct lab_task *lab_spawn(struct lab_node *node, lab_fn fn, void *arg);

/* Run until the task has returned, at most six hours; its result. */
int lab_join(struct lab_task *task);
bool lab_done(const struct lab_task *task);
/* The kernel's number of the task, e.g. to kill it. */
int lab_task_pid(const struct lab_task *task);

/* Spawn and join: for one call that may block. */
int lab_do(struct lab_node *node, lab_fn fn, void *arg);

/* Inside of a task: sleep. */
void task_sleep(struct lab_node *node, uint64_t ns);

/* ----------------------------------------------------------------- links */

/* What the ports of a link can do; see NUSE_PORT_* in liblinux.h. */
enum lab_features {
	LAB_SEGS = NUSE_PORT_TX_SEGS,
	LAB_TX_CSUM = NUSE_PORT_TX_CSUM,
	LAB_RX_CSUM = NUSE_PORT_RX_CSUM,
	LAB_TSO = NUSE_PORT_TSO,
	LAB_USO = NUSE_PORT_USO,
	/* Pass large frames and open checksums on to the peer, as virtio does. */
	LAB_RX_GSO = NUSE_PORT_RX_GSO,
};

struct lab_link_options {
	unsigned int mtu;		/* 0 = 1500 */
	unsigned int queues;		/* 0 = 1 */
	uint32_t features;		/* enum lab_features */
	unsigned int capacity;		/* frames on the wire each way, 0 = 1024 */
	uint64_t delay;			/* 0 = 10 us */
	bool rx_list;			/* no GRO at start */
	bool tx_lends;			/* without NUSE_PORT_TX_COPIES: give back later */
};

/*
 * Join two nodes by a wire that loses and reorders nothing. Makes interfaces
 * a:a_dev and b:b_dev, with carrier, still down. The wire carries what a real
 * one would: with TX_CSUM and TSO the link sums and cuts, unless LAB_RX_GSO.
 * `b` NULL: the test is the other side, by lab_inject() and lab_capture().
 * MAC addresses are 02:00:00:00:<node>:<port>, counted from 1.
 */
struct lab_link *lab_link(struct lab_node *a, const char *a_dev, struct lab_node *b,
			  const char *b_dev, const struct lab_link_options *options);

/* Carrier of both ends. Frames sent meanwhile are lost. */
void lab_link_carrier(struct lab_link *link, bool up);

/* Take both interfaces away while the lab goes on. */
void lab_link_remove(struct lab_link *link);

struct lab_frame {
	uint8_t *data;			/* from the Ethernet header on */
	uint32_t len;
	uint32_t room;			/* a hook may make len this large */
	struct lab_node *from;
	uint64_t time;			/* when it was sent */
};

enum lab_verdict { LAB_PASS, LAB_DROP };

/*
 * See every frame as it is sent, before its way over the wire; change it or
 * drop it. Runs inside of the sender's kernel: no node_call() here.
 */
typedef enum lab_verdict (*lab_hook)(void *arg, struct lab_frame *frame);
void lab_link_hook(struct lab_link *link, lab_hook hook, void *arg);

/* Frames and bytes that went in from `from` so far, dropped ones included. */
uint64_t lab_link_frames(const struct lab_link *link, const struct lab_node *from);
uint64_t lab_link_bytes(const struct lab_link *link, const struct lab_node *from);

/* Keep copies of all frames from now on; how many there are; one of them. */
void lab_capture(struct lab_link *link);
unsigned int lab_captured(const struct lab_link *link);
const struct lab_frame *lab_captured_frame(const struct lab_link *link, unsigned int i);
void lab_capture_clear(struct lab_link *link);

/* Send a frame to `to` as if the other side had; it arrives in lab_run(). */
void lab_inject(struct lab_link *link, struct lab_node *to, const void *data, uint32_t len);

#endif
