// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rewriting of system call sites in memory. A site becomes a jump to a stub near
 * it, which asks whether the call may be the stack's and otherwise makes it and
 * jumps back. Two shapes are rewritten:
 *
 *   mov $nr,%eax; syscall      the mov becomes the jump, also when a few movable
 *                              instructions stand between; a call that is never
 *                              ours stays as it is
 *   syscall; whatever follows  the number is not known: the jump takes the place of
 *                              both, and what followed moves into the stub
 *
 * What no jump can replace stays, and is counted.
 */
#include <linux/mman.h>

#include "client.h"
#include "insn.h"

#define PAGE 4096ull
#define AREA_SIZE (256ull << 10)
#define STUB_MAX 160u
#define BETWEEN 16			/* bytes from a call's number to the call, at most */
#define NEAR 1024			/* from where a function jumps within itself */
#define REACH (1ll << 30)		/* of a jump, with room to spare */

extern char nuse_entry[];

/* Memory for stubs, near some mapped file. It begins with nuse_entry's address. */
static struct area {
	uint8_t *base, *next;
} areas[8];
static unsigned int nr_areas;

static struct area *area_near(uint64_t place)
{
	static const int64_t steps[] = { 16ll << 20, 64ll << 20, 256ll << 20, 768ll << 20 };
	long got;

	for (unsigned int i = 0; i < nr_areas; i++) {
		int64_t away = (int64_t)((uint64_t)areas[i].base - place);

		if (away < REACH && away > -REACH &&
		    areas[i].next + STUB_MAX < areas[i].base + AREA_SIZE)
			return &areas[i];
	}
	if (nr_areas == sizeof(areas) / sizeof(areas[0]))
		return NULL;
	for (unsigned int i = 0; i < 8; i++) {
		int64_t step = i & 1 ? steps[i / 2] : -steps[i / 2];

		got = sys(__NR_mmap, (place & ~(PAGE - 1)) + (uint64_t)step, AREA_SIZE,
			  PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (got < 0 && got > -4096)
			continue;
		areas[nr_areas].base = areas[nr_areas].next = (uint8_t *)got;
		*(uint64_t *)got = (uint64_t)nuse_entry;
		areas[nr_areas].next += 16;
		return &areas[nr_areas++];
	}
	return NULL;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

/* A jump or the like with a 32-bit displacement, whose opcode is `op`. */
static uint8_t *put_relative(uint8_t *at, const void *op, size_t n, const uint8_t *target)
{
	int32_t away;

	at = put(at, op, n);
	away = (int32_t)(target - (at + 4));
	return put(at, &away, 4);
}

/*
 * The stub of a site: `nr` < 0 = the program's %rax says. `before` and `moved` are
 * instructions that were between its number and the call, and behind it.
 */
static uint8_t *make_stub(struct area *area, long nr, const uint8_t *before, size_t nr_before,
			  const uint8_t *moved, size_t nr_moved, uint8_t *back)
{
	bool by_fd = nr >= 0 && nuse_classes[nr] == CLASS_FD;
	uint64_t description[2] = { 0, (uint64_t)(back - nr_moved) };
	uint8_t *start = area->next + sizeof(description), *at = start, *to_native, *to_slow;
	const uint8_t *kinds = nuse_kinds;
	const uint32_t limit = FD_MAX;
	uint32_t call = (uint32_t)nr;

	if (nr >= 0) {
		at = put(at, "\xb8", 1);		/* mov $nr,%eax */
		at = put(at, &call, 4);
	}
	at = put(at, before, nr_before);
	if (by_fd) {
		at = put(at, "\x81\xff", 2);		/* cmp $limit,%edi */
		at = put(at, &limit, 4);
		at = put(at, "\x73\x00", 2);		/* jae native */
		to_native = at;
		at = put(at, "\x49\xbb", 2);		/* movabs $kinds,%r11 */
		at = put(at, &kinds, 8);
		at = put(at, "\x89\xf9", 2);		/* mov %edi,%ecx */
		at = put(at, "\x41\x80\x3c\x0b\x00", 5);	/* cmpb $0,(%r11,%rcx) */
		at = put(at, "\x75\x00", 2);		/* jne slow */
		to_slow = at;
		to_native[-1] = (uint8_t)(at - to_native);
	} else {
		at = put(at, "\xeb\x00", 2);		/* jmp slow */
		to_slow = at;
	}
	description[0] = (uint64_t)at;
	at = put(at, "\x0f\x05", 2);			/* native: syscall */
	at = put(at, moved, nr_moved);
	at = put_relative(at, "\xe9", 1, back);		/* jmp back */
	to_slow[-1] = (uint8_t)(at - to_slow);
	at = put_relative(at, "\x4c\x8d\x1d", 3, area->next);	/* lea description(%rip),%r11 */
	at = put_relative(at, "\xff\x25", 2, area->base);	/* jmp *entry(%rip) */
	memcpy(area->next, description, sizeof(description));
	area->next = (uint8_t *)(((uint64_t)at + 15) & ~15ull);
	return start;
}

static const uint8_t *jump_target(const uint8_t *at)
{
	if (at[0] == 0xeb || (at[0] & 0xf0) == 0x70)
		return at + 2 + (int8_t)at[1];
	if (at[0] == 0xe9)
		return at + 5 + *(const int32_t *)(at + 1);
	if (at[0] == 0x0f && (at[1] & 0xf0) == 0x80)
		return at + 6 + *(const int32_t *)(at + 2);
	return NULL;
}

/* May code around jump to `place`? Bytes that only look like a jump count too. */
static bool jumped_to(const uint8_t *place, const uint8_t *low, const uint8_t *high)
{
	const uint8_t *first = place - low > NEAR ? place - NEAR : low;
	const uint8_t *last = high - place > NEAR ? place + NEAR : high;

	for (const uint8_t *at = first; at + 6 < last; at++)
		if (jump_target(at) == place)
			return true;
	return false;
}

enum verdict { DONE, LEFT_ALONE, CANNOT };

/* The `mov $nr,%eax` before a site, with nothing but movable instructions between. */
static uint8_t *find_mov(uint8_t *site, const uint8_t *low)
{
	for (uint8_t *mov = site - 5; mov >= low && mov >= site - 5 - BETWEEN; mov--) {
		const uint8_t *at = mov + 5;

		if (mov[0] != 0xb8 || mov[3] || mov[4])
			continue;
		while (at < site && insn_movable(at))
			at += insn_movable(at);
		if (at == site)
			return mov;
	}
	return NULL;
}

static enum verdict rewrite_mov(uint8_t *mov, uint8_t *site)
{
	uint32_t nr = *(uint32_t *)(mov + 1);
	struct area *area;
	uint8_t *stub;

	if (nr >= NR_CLASSES || nuse_classes[nr] == CLASS_HOST)
		return LEFT_ALONE;
	area = area_near((uint64_t)site);
	if (!area)
		return CANNOT;
	stub = make_stub(area, nr, mov + 5, (size_t)(site - mov - 5), NULL, 0, site + 2);
	put_relative(mov, "\xe9", 1, stub);
	return DONE;
}

static enum verdict rewrite_behind(uint8_t *site, const uint8_t *low, const uint8_t *high)
{
	uint8_t *at = site + 2;
	struct area *area;
	uint8_t *stub;

	while (at < site + 5) {
		unsigned int n = insn_movable(at);

		if (!n || jumped_to(at, low, high))
			return CANNOT;
		at += n;
	}
	area = area_near((uint64_t)site);
	if (!area)
		return CANNOT;
	stub = make_stub(area, -1, NULL, 0, site + 2, (size_t)(at - site - 2), at);
	put_relative(site, "\xe9", 1, stub);
	for (uint8_t *rest = site + 5; rest < at; rest++)
		*rest = 0x90;
	return DONE;
}

static enum verdict rewrite(uint8_t *site, uint8_t *low, uint8_t *high)
{
	uint8_t *mov = find_mov(site, low);

	if (mov)
		return rewrite_mov(mov, site);
	/* rt_sigreturn, which has its number in a longer mov, is never ours. */
	if (site - low >= 7 && !memcmp(site - 7, "\x48\xc7\xc0\x0f\0\0\0", 7))
		return LEFT_ALONE;
	return high - site > 32 ? rewrite_behind(site, low, high) : CANNOT;
}

static bool is_site(const uint8_t *at, const uint8_t *low)
{
	if (at[0] != 0x0f || at[1] != 0x05)
		return false;
	/* Within a longer instruction these bytes are a displacement or a constant. */
	return at == low || at[-1] != 0x0f;
}

unsigned int sites_rewrite(uint64_t from, uint64_t to)
{
	uint8_t *low = (uint8_t *)from, *high = (uint8_t *)to;
	unsigned int left = 0;
	bool writable = false;

	for (uint8_t *at = low; at + 2 <= high; at++) {
		if (!is_site(at, low))
			continue;
		if (!writable &&
		    sys(__NR_mprotect, from, to - from, PROT_READ | PROT_WRITE) < 0)
			return 1;
		writable = true;
		if (rewrite(at, low, high) == CANNOT)
			left++;
	}
	if (writable)
		sys(__NR_mprotect, from, to - from, PROT_READ | PROT_EXEC);
	return left;
}

static void protect_areas(int prot)
{
	for (unsigned int i = 0; i < nr_areas; i++)
		sys(__NR_mprotect, areas[i].base, AREA_SIZE, prot);
}

/* --------------------------------------------- what is mapped, by the host */

struct line {
	uint64_t from, to;
	bool exec, file, ours;
};

static const char *hex(const char *at, uint64_t *out)
{
	*out = 0;
	for (;; at++) {
		if (*at >= '0' && *at <= '9')
			*out = *out << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*out = *out << 4 | (uint64_t)(*at - 'a' + 10);
		else
			return at;
	}
}

/* "7f..-7f.. r-xp 00000000 08:01 1234   /path" */
static void parse(const char *at, struct line *line)
{
	at = hex(at, &line->from);
	at = hex(at + 1, &line->to);
	line->exec = at[3] == 'x';
	while (*at && *at != '/' && *at != '[' && *at != '\n')
		at++;
	line->file = *at == '/';
	line->ours = (uint64_t)nuse_entry >= line->from && (uint64_t)nuse_entry < line->to;
}

unsigned int sites_rewrite_all(void)
{
	static char text[65536];
	long fd = sys(__NR_openat, -100, "/proc/self/maps", 02000000);
	size_t have = 0;
	unsigned int left = 0;
	long n;

	if (fd < 0)
		return 1;
	while (have < sizeof(text) - 1 &&
	       (n = sys(__NR_read, fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += (size_t)n;
	sys(__NR_close, fd);
	text[have] = 0;
	protect_areas(PROT_READ | PROT_WRITE);
	for (const char *at = text; *at;) {
		struct line line;

		parse(at, &line);
		if (line.exec && line.file && !line.ours)
			left += sites_rewrite(line.from, line.to);
		while (*at && *at++ != '\n')
			;
	}
	protect_areas(PROT_READ | PROT_EXEC);
	return left;
}
