// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: the host's clock as clocksource and scheduler clock, and one timer,
 * whose "interrupt" poll.c delivers.
 */
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>

#include <asm/irq_regs.h>

#include "lib.h"

u64 lib_timer_due = U64_MAX;

unsigned long long notrace sched_clock(void)
{
	return lib_clock();
}

static u64 lib_clocksource_read(struct clocksource *cs)
{
	return lib_clock();
}

/* A count is a nanosecond; the shift leaves ten minutes and adjtimex() room. */
#define CLOCK_SHIFT 23

static struct clocksource lib_clocksource = {
	.name	= "host",
	.rating	= 500,
	.read	= lib_clocksource_read,
	.mask	= CLOCKSOURCE_MASK(64),
	.mult	= 1u << CLOCK_SHIFT,
	.shift	= CLOCK_SHIFT,
	.flags	= CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
};

/* From the first moment on: by ticks, a part of booting would be lost. */
struct clocksource * __init clocksource_default_clock(void)
{
	return &lib_clocksource;
}

static int lib_timer_set(unsigned long delta, struct clock_event_device *dev)
{
	lib_timer_due = lib_clock() + delta;
	return 0;
}

static int lib_timer_stop(struct clock_event_device *dev)
{
	lib_timer_due = U64_MAX;
	return 0;
}

static struct clock_event_device lib_timer = {
	.name			= "host",
	.rating			= 500,
	.features		= CLOCK_EVT_FEAT_ONESHOT,
	.set_next_event		= lib_timer_set,
	.set_state_shutdown	= lib_timer_stop,
	.set_state_oneshot_stopped = lib_timer_stop,
};

/*
 * Deliver the timer interrupt if it is due. The tick wants registers of what
 * it interrupted, if only to see that it was not user mode.
 */
bool lib_clock_poll(void)
{
	static struct pt_regs nothing;
	struct pt_regs *before;
	unsigned long flags;

	if (lib_timer_due == U64_MAX || lib_timer_due > lib_clock())
		return false;
	lib_timer_due = U64_MAX;
	local_irq_save(flags);
	before = set_irq_regs(&nothing);
	irq_enter();
	lib_timer.event_handler(&lib_timer);
	irq_exit();
	set_irq_regs(before);
	local_irq_restore(flags);
	return true;
}

cycles_t get_cycles(void)
{
	static cycles_t last;
	cycles_t now = lib_clock();

	last = max(now, last + 1);
	return last;
}

void read_persistent_clock64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(lib_host.realtime);
}

void __ndelay(unsigned long nsecs)
{
	lib_host.ops->delay(lib_host.host, nsecs);
}

void __udelay(unsigned long usecs)
{
	__ndelay(usecs * NSEC_PER_USEC);
}

/* A loop of __delay() is a nanosecond. */
void __delay(unsigned long loops)
{
	__ndelay(loops);
}

void __init calibrate_delay(void)
{
	loops_per_jiffy = NSEC_PER_SEC / HZ;
}

void __init time_init(void)
{
	lib_timer.cpumask = cpumask_of(0);
	__clocksource_register(&lib_clocksource);
	clockevents_config_and_register(&lib_timer, NSEC_PER_SEC, 1, LONG_MAX);
}
