// SPDX-License-Identifier: GPL-2.0-only
/* How long an adaptive worker spins, by how long it slept before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "internal.h"

#define SPIN 50u			/* ticks, as configured */

static uint64_t after(uint64_t patience, uint64_t slept, bool rung)
{
	return nuse_worker_next_patience(patience, SPIN, slept, rung);
}

static void short_sleeps_make_it_patient_up_to_a_limit(void **state)
{
	(void)state;
	assert_int_equal(after(50, 100, true), 100);
	assert_int_equal(after(100, 100, true), 200);
	assert_int_equal(after(200, 0, true), 200);
}

static void a_frame_that_more_patience_would_not_have_met_counts_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(after(50, 150, true), 100);
	assert_int_equal(after(50, 151, true), SPIN);
	assert_int_equal(after(200, 1, true), SPIN);
	assert_int_equal(after(200, UINT64_MAX / 2, true), SPIN);
}

static void a_timer_is_no_reason_to_spin(void **state)
{
	(void)state;
	assert_int_equal(after(100, 1, false), SPIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_sleeps_make_it_patient_up_to_a_limit),
		cmocka_unit_test(a_frame_that_more_patience_would_not_have_met_counts_for_nothing),
		cmocka_unit_test(a_timer_is_no_reason_to_spin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
