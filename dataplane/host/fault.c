// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "fault.h"
#include "instance.h"

static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

static struct sigaction previous[NR_SIGNALS];

static uint64_t *greg(ucontext_t *uc, int reg)
{
	return (uint64_t *)&uc->uc_mcontext.gregs[reg];
}

/*
 * Ours are faults by an instruction of the image, and jumps from it to where
 * there is no code. Host operations run inside the kernel as well; what they
 * do wrong is theirs.
 */
static bool caused_by(const struct nuse_instance *inst, const siginfo_t *info, uint64_t ip)
{
	uint64_t image = (uint64_t)(uintptr_t)inst->memory.base;

	if (info->si_code <= 0)			/* sent by a process */
		return false;
	if (ip - image < inst->elf.span)
		return true;
	return info->si_signo == SIGSEGV && (uint64_t)(uintptr_t)info->si_addr == ip;
}

static bool give_to_kernel(siginfo_t *info, ucontext_t *uc)
{
	struct nuse_instance *inst = nuse_inside;
	struct nuse_fault fault = {
		.signal = info->si_signo,
		.address = (uint64_t)(uintptr_t)info->si_addr,
		.ip = greg(uc, REG_RIP),
		.sp = greg(uc, REG_RSP),
		.arg = greg(uc, REG_RDI),
	};
	bool handled;

	if (!inst || !caused_by(inst, info, *fault.ip))
		return false;
	/* A fault while handling one is nobody's: let it end the process. */
	nuse_inside = NULL;
	handled = inst->lib.lib_fault(&fault) == 0;
	nuse_inside = inst;
	return handled;
}

/* What the kernel of the host would do with no handler: end the process. */
static void chain_default(int sig, const siginfo_t *info)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	sigaction(sig, &dfl, NULL);
	/* A real fault happens again on return, where the core dump should show it. */
	if (info->si_code <= 0 || sig == SIGTRAP)
		syscall(SYS_tgkill, getpid(), gettid(), sig);
}

static void chain(const struct sigaction *prev, int sig, siginfo_t *info, void *context)
{
	void (*handler)(int) = prev->sa_handler;
	sigset_t mask = prev->sa_mask, before;

	if (!(prev->sa_flags & SA_SIGINFO)) {
		if (handler == SIG_IGN && info->si_code <= 0)
			return;
		if (handler == SIG_DFL || handler == SIG_IGN) {
			chain_default(sig, info);
			return;
		}
	}
	if (!(prev->sa_flags & SA_NODEFER))
		sigaddset(&mask, sig);
	pthread_sigmask(SIG_BLOCK, &mask, &before);
	if (prev->sa_flags & SA_SIGINFO)
		prev->sa_sigaction(sig, info, context);
	else
		handler(sig);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void handle(int sig, siginfo_t *info, void *context)
{
	int saved_errno = errno;

	if (!give_to_kernel(info, context))
		for (size_t i = 0; i < NR_SIGNALS; i++)
			if (signals[i] == sig)
				chain(&previous[i], sig, info, context);
	errno = saved_errno;
}

int nuse_fault_install(void)
{
	struct sigaction action = {
		.sa_sigaction = handle,
		/* NODEFER: a second fault in the handler must reach the previous one. */
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART,
	};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		/* Known before it can be needed. */
		if (sigaction(signals[i], NULL, &previous[i]) < 0 ||
		    sigaction(signals[i], &action, NULL) < 0)
			return errno;
	}
	return 0;
}
