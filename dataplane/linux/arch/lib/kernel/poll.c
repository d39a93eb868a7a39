// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the outside world comes in. Nothing interrupts the library; these are
 * the points where the clock, the ports and the ring are looked at instead.
 */
#include <linux/hardirq.h>
#include <linux/kernel_stat.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/tick.h>

#include "border.h"
#include "counters.h"

/* Calls of cond_resched() or the host between two looks at the clock. */
#define CLOCK_CREDIT 256

/* When to offer frames again to a port that had no room, ns. */
#define RETRY_SEND (100 * NSEC_PER_USEC)

/* Longest that tasks may keep the host's thread in one turn, ns. */
#define TURN_MAX (2 * NSEC_PER_MSEC)

int lib_clock_credit = CLOCK_CREDIT;

/* pid 1 while it sleeps in lib_turn() for the other tasks to run */
static struct task_struct *resting;
static u64 rest_until;		/* it may idle in ops->wait until then */
static u64 turn_end;		/* tasks that never sleep give way then */
static u64 rest_switches;	/* context switches when it lay down to sleep */
static bool worked;

static bool look_outside(void)
{
	bool work = false;

	work |= lib_clock_poll();
	work |= lib_ports_poll();
	work |= lib_ring_poll();
	return work;
}

bool lib_poll(void)
{
	bool work = look_outside();

	if (lib_ports_unsent)
		lib_ports_flush();
	return work;
}

void lib_clock_look(void)
{
	lib_clock_credit = CLOCK_CREDIT;
	if (!lib_irq_enabled || in_interrupt())
		return;
	lib_clock_poll();
	if (resting && lib_clock() >= turn_end) {
		worked = true;
		wake_up_process(resting);
		set_tsk_need_resched(current);
	}
}

/* A loop that waits: for time, or for what only another task can do. */
void lib_relax(void)
{
	asm volatile("pause" ::: "memory");
	lib_clock_look();
}

/*
 * The idle task has nothing to run. Called, and returns, with interrupts off;
 * returns after any event, so that the scheduler and timers are looked at.
 */
void lib_idle(void)
{
	bool work;
	u64 deadline;

	lib_irq_enabled = ARCH_IRQ_ENABLED;
	work = lib_poll();
	/* One switch, from pid 1 to here, means that there was no other task. */
	worked |= work || nr_context_switches() != rest_switches + 1;
	if (resting && (worked || rest_until <= lib_clock())) {
		wake_up_process(resting);
	} else if (!work) {
		/* The idle loop would wait for one tick first. */
		lib_irq_enabled = ARCH_IRQ_DISABLED;
		tick_nohz_idle_stop_tick();
		lib_irq_enabled = ARCH_IRQ_ENABLED;
		deadline = resting ? min(lib_timer_due, rest_until) : lib_timer_due;
		if (lib_ports_unsent)
			deadline = min(deadline, lib_clock() + RETRY_SEND);
		lib_host.ops->wait(lib_host.host, deadline);
		/* The host may want its thread back: one wait a turn. */
		rest_until = 0;
	}
	lib_irq_enabled = ARCH_IRQ_DISABLED;
}

/* Let every other task run; come back when none can, or after TURN_MAX. */
static void rest(u64 until)
{
	rest_until = until;
	rest_switches = nr_context_switches();
	turn_end = lib_clock() + TURN_MAX;
	resting = current;
	set_current_state(TASK_IDLE);
	schedule();
	resting = NULL;
	lib_count_switches();
}

static long turn(long wait_until)
{
	worked = lib_poll();
	/* The scheduler may count its deadline server too: that is no work. */
	if (!single_task_running() || (!worked && wait_until)) {
		rest(worked ? 0 : wait_until);
	} else if (need_resched()) {
		schedule();
		lib_count_switches();
	}
	return worked;
}

LIB_EXPORT long lib_turn(uint64_t wait_until)
{
	return lib_from_host(turn, wait_until);
}

LIB_EXPORT uint64_t lib_next_timer(void)
{
	return lib_timer_due;
}
