// SPDX-License-Identifier: GPL-2.0-only
/* The XDP program of a device, and which of its queues are whose. */
#include <errno.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf.h"
#include "page.h"
#include "xdp.h"

struct xdp_hook {
	pthread_mutex_t lock;
	unsigned int references;
	int sockets;			/* map: the socket of each queue */
	int count;			/* map of one number: frames passed to the host */
	uint64_t *passed;		/* its memory */
	int programs[2];		/* for frames of one buffer, and of several */
	int link;			/* -1 = on no device */
	int ifindex;			/* of the device */
	bool native, chains;		/* how it is there */
	bool claimed[XDP_IDS];
};

/*
 * To the queue's socket; without one, count the frame and leave it to the host.
 * The same code twice, as only a program that says so gets frames of several
 * buffers, and drivers treat it differently: a veth switches off its peer's TSO
 * if the program does not.
 */
static int load(struct xdp_hook *hook, uint32_t flags)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1,
		  .off = offsetof(struct xdp_md, rx_queue_index) },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = hook->sockets },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .off = 5, .imm = XDP_PASS },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = hook->count },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = 1, .src_reg = 2,
		  .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return nuse_bpf_program(code, sizeof(code) / sizeof(code[0]), flags);
}

static int make(struct xdp_hook *hook)
{
	void *page;

	hook->sockets = nuse_bpf_map(BPF_MAP_TYPE_XSKMAP, sizeof(int), XDP_IDS, 0);
	if (hook->sockets < 0)
		return hook->sockets;
	hook->count = nuse_bpf_map(BPF_MAP_TYPE_ARRAY, sizeof(uint64_t), 1, BPF_F_MMAPABLE);
	if (hook->count < 0)
		return hook->count;
	page = mmap(NULL, NUSE_PAGE_SIZE, PROT_READ, MAP_SHARED, hook->count, 0);
	if (page == MAP_FAILED)
		return -errno;
	hook->passed = page;
	hook->programs[0] = load(hook, 0);
	/* Without that one (before Linux 5.18) there are just no jumbo frames. */
	hook->programs[1] = load(hook, BPF_F_XDP_HAS_FRAGS);
	return hook->programs[0] < 0 ? hook->programs[0] : 0;
}

static void unmake(struct xdp_hook *hook)
{
	const int fds[] = { hook->link, hook->programs[0], hook->programs[1], hook->sockets,
			    hook->count };

	for (unsigned int i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (hook->passed)
		munmap(hook->passed, NUSE_PAGE_SIZE);
	pthread_mutex_destroy(&hook->lock);
	free(hook);
}

int nuse_xdp_hook_new(struct xdp_hook **out)
{
	struct xdp_hook *hook = calloc(1, sizeof(*hook));
	int err;

	if (!hook)
		return -ENOMEM;
	pthread_mutex_init(&hook->lock, NULL);
	hook->references = 1;
	hook->sockets = hook->count = hook->programs[0] = hook->programs[1] = hook->link = -1;
	err = make(hook);
	if (err)
		unmake(hook);
	else
		*out = hook;
	return err;
}

struct xdp_hook *nuse_xdp_hook_get(struct xdp_hook *hook)
{
	pthread_mutex_lock(&hook->lock);
	hook->references++;
	pthread_mutex_unlock(&hook->lock);
	return hook;
}

void nuse_xdp_hook_put(struct xdp_hook *hook)
{
	bool last;

	if (!hook)
		return;
	pthread_mutex_lock(&hook->lock);
	last = !--hook->references;
	pthread_mutex_unlock(&hook->lock);
	if (last)
		unmake(hook);
}

static int link_program(struct xdp_hook *hook, int program, int ifindex, enum xdp_mode mode)
{
	int link = -EOPNOTSUPP;

	hook->native = mode != XDP_MODE_SKB;
	if (hook->native)
		link = nuse_bpf_link(program, ifindex, XDP_FLAGS_DRV_MODE);
	/* What the driver refuses for any reason may work without it. */
	if (mode == XDP_MODE_SKB ||
	    (mode == XDP_MODE_AUTO && link < 0 && link != -EBUSY && link != -EPERM &&
	     link != -ENODEV)) {
		hook->native = false;
		link = nuse_bpf_link(program, ifindex, XDP_FLAGS_SKB_MODE);
	}
	return link;
}

static void detach(struct xdp_hook *hook)
{
	if (hook->link >= 0)
		close(hook->link);
	hook->link = -1;
}

/*
 * Not bpf(2)'s update of a link: it leaves the limits that a driver has set for
 * the program before, as veth's for the MTU of its peer.
 */
static int attach(struct xdp_hook *hook, int ifindex, enum xdp_mode mode, bool chains)
{
	bool same = hook->link >= 0 && hook->ifindex == ifindex;
	int link;

	if (same && hook->chains >= chains)
		return 0;
	if (hook->programs[chains] < 0)
		return -EOPNOTSUPP;
	if (same)
		mode = hook->native ? XDP_MODE_NATIVE : XDP_MODE_SKB;
	detach(hook);
	link = link_program(hook, hook->programs[chains], ifindex, mode);
	if (link < 0) {
		if (same)
			hook->link = link_program(hook, hook->programs[0], ifindex, mode);
		return link;
	}
	hook->link = link;
	hook->ifindex = ifindex;
	hook->chains = chains;
	return 0;
}

int nuse_xdp_hook_attach(struct xdp_hook *hook, int ifindex, enum xdp_mode mode, bool chains)
{
	int err;

	pthread_mutex_lock(&hook->lock);
	err = attach(hook, ifindex, mode, chains);
	pthread_mutex_unlock(&hook->lock);
	return err;
}

bool nuse_xdp_hook_native(struct xdp_hook *hook)
{
	bool native;

	pthread_mutex_lock(&hook->lock);
	native = hook->native;
	pthread_mutex_unlock(&hook->lock);
	return native;
}

int nuse_xdp_hook_claim(struct xdp_hook *hook, unsigned int first, unsigned int n)
{
	unsigned int run = 0, id;

	pthread_mutex_lock(&hook->lock);
	for (id = first; id < XDP_IDS && run < n; id++)
		run = hook->claimed[id] ? 0 : run + 1;
	if (run == n)
		memset(&hook->claimed[id - n], true, n);
	pthread_mutex_unlock(&hook->lock);
	return run == n ? (int)(id - n) : -ENOSPC;
}

void nuse_xdp_hook_release(struct xdp_hook *hook, unsigned int id, unsigned int n)
{
	pthread_mutex_lock(&hook->lock);
	memset(&hook->claimed[id], false, n);
	pthread_mutex_unlock(&hook->lock);
}

int nuse_xdp_hook_join(struct xdp_hook *hook, unsigned int id, int fd)
{
	return nuse_bpf_map_set(hook->sockets, id, &fd);
}

uint64_t nuse_xdp_hook_passed(const struct xdp_hook *hook)
{
	return __atomic_load_n(hook->passed, __ATOMIC_RELAXED);
}
