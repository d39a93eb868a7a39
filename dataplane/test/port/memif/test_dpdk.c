// SPDX-License-Identifier: GPL-2.0-only
/*
 * DPDK's own memif at the other end: dpdk-testpmd answers every frame with
 * addresses and ports exchanged, so what comes back is a datagram for us.
 */
#include "bed.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATAGRAMS 200u

struct way {
	const char *name;
	const char *dpdk;		/* arguments of its device */
	const char *ours;		/* options of our port */
	bool zero_copy;
	int idle;
};

struct testpmd {
	pid_t pid;
	int input;			/* it ends when this is closed */
};

static struct testpmd start_testpmd(const char *name, const char *device)
{
	char vdev[256];
	struct testpmd testpmd;
	int ends[2];

	snprintf(vdev, sizeof(vdev), "net_memif0,socket=nuse-test-%d-%s,%s", (int)getpid(), name,
		 device);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	testpmd.pid = fork();
	assert_true(testpmd.pid >= 0);
	if (!testpmd.pid) {
		int log = getenv("NUSE_TEST_LOG") ? 2 : open("/dev/null", O_WRONLY);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[0], 0);
		dup2(log, 1);
		dup2(log, 2);
		execlp("dpdk-testpmd", "dpdk-testpmd", "--no-huge", "-m", "256", "--no-pci",
		       "--no-shconf", "--no-telemetry", "--single-file-segments", "-l", "0,1",
		       "--vdev", vdev, "--", "-i", "--forward-mode=5tswap", "--disable-link-check",
		       "--total-num-mbufs=8192", (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	testpmd.input = ends[1];
	return testpmd;
}

static void stop_testpmd(struct testpmd *testpmd)
{
	close(testpmd->input);
	kill(testpmd->pid, SIGKILL);
	waitpid(testpmd->pid, NULL, 0);
}

static void check_echo(struct end *end, int fd, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		size_t size = 18 + i * (1472 - 18) / (count - 1);

		bed_send(end, fd, i, size);
		assert_true(bed_receives(end, fd, i, size));
	}
}

/*
 * testpmd forwards only what had a link when it was told to start. Asked from a
 * port of its own, as answers may come late.
 */
static void wait_for_echo(struct testpmd *testpmd, struct end *end)
{
	const struct timeval patience = { .tv_usec = 50000 };
	int fd = bed_udp(end, 10);
	bool answered = false;

	bed_wait_link(end, true);
	assert_int_equal(write(testpmd->input, "start\n", 6), 6);
	bed_call(end, SYS_setsockopt, (long[6]){ fd, SOL_SOCKET, SO_RCVTIMEO, (long)&patience,
						 sizeof(patience) });
	for (unsigned int tries = 0; tries < 400 && !answered; tries++) {
		bed_send(end, fd, 0, 18);
		answered = bed_receives(end, fd, 0, 18);
	}
	bed_call(end, SYS_close, (long[6]){ fd });
	if (!answered)
		fail_msg("testpmd does not answer");
}

/* A burst in flight at once, and every one of them back. */
static void check_burst(struct end *end, int fd)
{
	for (unsigned int i = 0; i < DATAGRAMS; i++)
		bed_send(end, fd, i, 1000);
	for (unsigned int i = 0; i < DATAGRAMS; i++)
		assert_true(bed_receives(end, fd, i, 1000));
}

static void dpdk_answers(void **state)
{
	const struct way *way = *state;
	const struct end_options options = { .idle = way->idle };
	struct testpmd testpmd;
	struct nuse_port_stats stats;
	struct end end;
	int fd;

	testpmd = start_testpmd(way->name, way->dpdk);
	bed_start(&end, 1, bed_spec(way->name, way->ours), &options);
	fd = bed_udp(&end, 9);
	wait_for_echo(&testpmd, &end);
	check_echo(&end, fd, 100);
	check_burst(&end, fd);
	stats = bed_stats(&end);
	assert_true(stats.rx_frames >= DATAGRAMS + 100);
	assert_int_equal(stats.rx_bad + stats.tx_dropped, 0);
	assert_int_equal(stats.rx_copied, way->zero_copy ? 0 : stats.rx_frames);
	assert_int_equal(stats.tx_copied, way->zero_copy ? 0 : stats.tx_frames);

	stop_testpmd(&testpmd);
	bed_wait_link(&end, false);
	testpmd = start_testpmd(way->name, way->dpdk);
	wait_for_echo(&testpmd, &end);
	check_echo(&end, fd, 20);
	stop_testpmd(&testpmd);
	bed_stop(&end);
}

static bool a_peer_was_refused(void *arg)
{
	struct nuse_port *port = ((struct end *)arg)->port;
	struct nuse_counter counters[NUSE_PORT_COUNTERS];
	unsigned int n = port->config.ops->counters(port, counters, NUSE_PORT_COUNTERS);

	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(counters[i].name, "refused_peers"))
			return counters[i].value;
	return false;
}

/* Its zero copy shows memory without a seal: only for those who trust it. */
static void unsealed_memory_is_refused(void **state)
{
	const struct end_options options = { .idle = NUSE_IDLE_INTERRUPT };
	struct testpmd testpmd;
	struct end end;

	(void)state;
	bed_start(&end, 1, bed_spec("unsealed", "role=server"), &options);
	testpmd = start_testpmd("unsealed", "role=client,zero-copy=yes");
	assert_true(bed_until(a_peer_was_refused, &end));
	assert_false(end.port->link_up);
	stop_testpmd(&testpmd);
	bed_stop(&end);
}

static struct way client_copying = {
	"client_copying", "role=server", "", false, NUSE_IDLE_POLL,
};
static struct way client_sleeping = {
	"client_sleeping", "role=server", "", false, NUSE_IDLE_INTERRUPT,
};
static struct way client_zero_copy = {
	"client_zero_copy", "role=server", "zero-copy=yes", true, NUSE_IDLE_POLL,
};
static struct way client_zero_copy_sleeping = {
	"client_zero_copy_sleeping", "role=server", "zero-copy=yes", true, NUSE_IDLE_INTERRUPT,
};
static struct way server_copying = {
	"server_copying", "role=client", "role=server", false, NUSE_IDLE_ADAPTIVE,
};
static struct way server_of_zero_copy = {
	"server_of_zero_copy", "role=client,zero-copy=yes,rsize=9", "role=server,trust=yes", false,
	NUSE_IDLE_ADAPTIVE,
};
static struct way with_secret = {
	"with_secret", "role=client,secret=abc,id=7,bsize=1024", "role=server,secret=abc,id=7",
	false, NUSE_IDLE_ADAPTIVE,
};

#define way_test(way) { "dpdk_answers: " #way, dpdk_answers, NULL, NULL, &(way) }

int main(void)
{
	const struct CMUnitTest tests[] = {
		way_test(client_copying),
		way_test(client_sleeping),
		way_test(client_zero_copy),
		way_test(client_zero_copy_sleeping),
		way_test(server_copying),
		way_test(server_of_zero_copy),
		way_test(with_secret),
		cmocka_unit_test(unsealed_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
