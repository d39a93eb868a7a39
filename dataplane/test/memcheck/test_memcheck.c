// SPDX-License-Identifier: GPL-2.0-only
/* memcheck finds what a kernel does wrong with its memory, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report.h"

static void a_sound_kernel_has_no_errors(void **state)
{
	struct report report;

	(void)state;
	report_make(&report, "sound");
	report_assert_empty(&report);
	assert_int_equal(report.status, 0);
	/* It looked for lost memory in each of the three when it ended. */
	assert_int_equal(report_count(&report, "LEAK SUMMARY"), 3);
	report_free(&report);
}

static void each_fault_is_found_where_it_is(void **state)
{
	struct report report;

	(void)state;
	report_make(&report, "faulty");
	assert_int_equal(report.status, 0);

	assert_int_equal(report_take(&report, "Invalid read of size 4", "lkdtm_READ_AFTER_FREE",
				     "16 bytes inside a block of size", "free'd", "kfree",
				     "Block was alloc'd at", NULL), 1);
	assert_true(report_take(&report, "Invalid read of size 4", "lkdtm_READ_BUDDY_AFTER_FREE",
				NULL) >= 1);
	assert_int_equal(report_take(&report, "Invalid write of size 4",
				     "lkdtm_SLAB_LINEAR_OVERFLOW",
				     "block of size 1,020 alloc'd", NULL), 1);
	assert_true(report_take(&report, "depends on uninitialised value",
				"lkdtm_SLAB_INIT_ON_ALLOC", NULL) >= 1);
	assert_int_equal(report_take(&report, "Invalid free()", "lkdtm_SLAB_FREE_DOUBLE",
				     "a block of size 64 free'd", NULL), 1);
	assert_int_equal(report_take(&report, "are definitely lost", "unix_create_addr",
				     "unix_bind", NULL), 1);
	report_assert_empty(&report);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_kernel_has_no_errors),
		cmocka_unit_test(each_fault_is_found_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
