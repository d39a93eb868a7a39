// SPDX-License-Identifier: GPL-2.0-only
/* What happens to the host's device happens to the port, and the other way. */
#include "rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exchange.h"

static struct rig rig;
static const struct side host = { host_call, NULL, "10.1.0.1" };
static const struct side library = { rig_call, &rig, "10.1.0.2" };
static const size_t some[] = { 100, 1472, 4000 };

static void open_tap(const char *spec)
{
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	rig_port(&rig, 0, spec, (struct nuse_port_options){ 0 });
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 0);
}

static void talk(void)
{
	ifconfig_up(host_call, NULL, "nt0", "10.1.0.1", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
	wait_carrier(host_call, NULL, "nt0", 1);
	exchange_datagrams(&host, &library, some, 3);
}

static int mtu_of(syscall_fn call, void *who, const char *name)
{
	long fd = call(who, SYS_socket, (long[6]){ AF_INET, SOCK_DGRAM });
	struct ifreq ifr = { 0 };

	strcpy(ifr.ifr_name, name);
	assert_int_equal(call(who, SYS_ioctl, (long[6]){ fd, SIOCGIFMTU, (long)&ifr }), 0);
	call(who, SYS_close, (long[6]){ fd });
	return ifr.ifr_mtu;
}

static void each_side_sees_whether_the_other_is_up(void **state)
{
	(void)state;
	open_tap("tap:nt0,up");
	wait_carrier(rig_call, &rig, "eth0", 1);	/* by the word "up" */
	set_flags(host_call, NULL, "nt0", 0);
	wait_carrier(rig_call, &rig, "eth0", 0);
	talk();
	set_flags(rig_call, &rig, "eth0", 0);
	wait_carrier(host_call, NULL, "nt0", 0);
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	talk();
	assert_true(rig_stat(rig.ports[0], link_changes) >= 2);
	rig_stop(&rig);
}

static void the_mtu_is_set_on_both_sides(void **state)
{
	(void)state;
	rig_start(&rig, NUSE_IDLE_INTERRUPT);
	rig_port(&rig, 0, "tap:nt0", (struct nuse_port_options){ .mtu = 1400 });
	assert_int_equal(mtu_of(host_call, NULL, "nt0"), 1400);
	assert_int_equal(mtu_of(rig_call, &rig, "eth0"), 1400);
	ifconfig_up(rig_call, &rig, "eth0", "10.1.0.2", 4000);
	assert_int_equal(mtu_of(host_call, NULL, "nt0"), 4000);
	talk();
	rig_stop(&rig);
}

static void a_deleted_device_of_ours_is_made_again(void **state)
{
	(void)state;
	open_tap("tap:nt0");
	for (int i = 0; i < 3; i++) {
		talk();
		shell("ip link del nt0");
		wait_carrier(rig_call, &rig, "eth0", 0);
		for (int tries = 0; !if_nametoindex("nt0") && tries < 1000; tries++)
			usleep(10000);
		assert_int_not_equal(if_nametoindex("nt0"), 0);
	}
	talk();
	rig_stop(&rig);
	assert_int_equal(if_nametoindex("nt0"), 0);	/* and goes with the port */
}

static void somebody_elses_device_is_waited_for(void **state)
{
	(void)state;
	shell("ip tuntap add nt0 mode tap multi_queue");
	open_tap("tap:nt0");
	talk();
	shell("ip link del nt0");
	wait_carrier(rig_call, &rig, "eth0", 0);
	usleep(300000);
	assert_int_equal(if_nametoindex("nt0"), 0);
	shell("ip tuntap add nt0 mode tap multi_queue");
	talk();
	rig_stop(&rig);
	assert_int_not_equal(if_nametoindex("nt0"), 0);	/* it stays when the port goes */
	shell("ip link del nt0");
}

static void a_device_deleted_while_the_interface_is_down_is_there_when_it_comes_up(void **state)
{
	(void)state;
	open_tap("tap:nt0");
	talk();
	set_flags(rig_call, &rig, "eth0", 0);
	shell("ip link del nt0");
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	for (int tries = 0; !if_nametoindex("nt0") && tries < 1000; tries++)
		usleep(10000);
	talk();
	rig_stop(&rig);
}

static void a_persistent_device_stays(void **state)
{
	(void)state;
	open_tap("tap:nt0,persist");
	talk();
	rig_stop(&rig);
	assert_int_not_equal(if_nametoindex("nt0"), 0);
	open_tap("tap:nt0");
	talk();
	rig_stop(&rig);
	shell("ip link del nt0");
}

static void a_device_may_move_and_be_renamed(void **state)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), away;

	(void)state;
	open_tap("tap:nt0");
	talk();
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	away = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	shell("ip link set nt0 netns /proc/%d/fd/%d", getpid(), away);
	wait_carrier(rig_call, &rig, "eth0", 0);	/* moving sets it down */
	assert_int_equal(setns(away, CLONE_NEWNET), 0);
	shell("ip link set nt0 name elsewhere");
	ifconfig_up(host_call, NULL, "elsewhere", "10.1.0.1", 0);
	wait_carrier(rig_call, &rig, "eth0", 1);
	exchange_datagrams(&host, &library, some, 3);
	set_flags(host_call, NULL, "elsewhere", 0);
	wait_carrier(rig_call, &rig, "eth0", 0);
	shell("ip link del elsewhere");
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	for (int tries = 0; !if_nametoindex("nt0") && tries < 1000; tries++)
		usleep(10000);
	talk();						/* where it was made */
	rig_stop(&rig);
	close(home);
	close(away);
}

static void a_device_of_one_queue_serves_one_worker(void **state)
{
	struct nuse_port_options options = { .name = "eth1" };
	struct nuse_port *port;
	char error[256] = "";

	(void)state;
	shell("ip tuntap add nt0 mode tap");
	open_tap("tap:nt0");
	talk();
	options.sibling = rig.ports[0];
	assert_int_equal(nuse_port_open("tap:nt0", &options, &port, error, sizeof(error)),
			 -EOPNOTSUPP);
	options.sibling = NULL;
	assert_int_equal(nuse_port_open("tap:nt0", &options, &port, error, sizeof(error)),
			 -EBUSY);
	set_flags(rig_call, &rig, "eth0", 0);
	wait_carrier(host_call, NULL, "nt0", 0);
	set_flags(rig_call, &rig, "eth0", IFF_UP);
	talk();
	rig_stop(&rig);
	shell("ip link del nt0");
}

static void senseless_frames_do_no_harm(void **state)
{
	(void)state;
	open_tap("tap:nt0");
	talk();
	exchange_garbage("nt0", rig.ports[0]->config.mac, 3000);
	exchange_datagrams(&host, &library, some, 3);
	assert_true(rig_stat(rig.ports[0], rx_frames) > 1000);
	rig_stop(&rig);
}

static int enter(void **state)
{
	(void)state;
	rig_enter();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_side_sees_whether_the_other_is_up),
		cmocka_unit_test(the_mtu_is_set_on_both_sides),
		cmocka_unit_test(a_deleted_device_of_ours_is_made_again),
		cmocka_unit_test(somebody_elses_device_is_waited_for),
		cmocka_unit_test(
			a_device_deleted_while_the_interface_is_down_is_there_when_it_comes_up),
		cmocka_unit_test(a_persistent_device_stays),
		cmocka_unit_test(a_device_may_move_and_be_renamed),
		cmocka_unit_test(a_device_of_one_queue_serves_one_worker),
		cmocka_unit_test(senseless_frames_do_no_harm),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
