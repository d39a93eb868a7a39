// SPDX-License-Identifier: GPL-2.0-only
/* Offsets that assembly needs. */
#define COMPILE_OFFSETS
#include <linux/kbuild.h>
#include <linux/sched.h>

int main(void);

int main(void)
{
	OFFSET(TASK_SP, task_struct, thread.sp);
	return 0;
}
