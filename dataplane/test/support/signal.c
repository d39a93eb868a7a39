// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmocka catches signals of faults for each test. They belong to the host
 * library, whose kernels fault on bad pointers; a real crash shall be a crash.
 */
#include <dlfcn.h>
#include <signal.h>

__attribute__((visibility("default")))
sighandler_t signal(int number, sighandler_t handler)
{
	switch (number) {
	case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE: case SIGSYS:
		return SIG_DFL;
	default:
		return ((__typeof__(&signal))dlsym(RTLD_NEXT, "signal"))(number, handler);
	}
}
