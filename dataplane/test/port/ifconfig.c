// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "ifconfig.h"

static long sys(syscall_fn call, void *who, long nr, long a, long b, long c)
{
	return call(who, nr, (long[6]){ a, b, c });
}

static struct sockaddr_in inet(const char *address, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	return in;
}

static void ask(syscall_fn call, void *who, unsigned long request, void *arg)
{
	long fd = sys(call, who, SYS_socket, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(sys(call, who, SYS_ioctl, fd, (long)request, (long)arg), 0);
	sys(call, who, SYS_close, fd, 0, 0);
}

void ifconfig_up(syscall_fn call, void *who, const char *name, const char *address, int mtu)
{
	struct sockaddr_in in = inet(address, 0), mask = inet("255.255.255.0", 0);
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (mtu) {
		ifr.ifr_mtu = mtu;
		ask(call, who, SIOCSIFMTU, &ifr);
	}
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	ask(call, who, SIOCSIFADDR, &ifr);
	memcpy(&ifr.ifr_netmask, &mask, sizeof(mask));
	ask(call, who, SIOCSIFNETMASK, &ifr);
	ifr.ifr_flags = IFF_UP;
	ask(call, who, SIOCSIFFLAGS, &ifr);
}

void ifconfig_neighbour(syscall_fn call, void *who, const char *name, const char *address,
			const uint8_t mac[6])
{
	struct sockaddr_in in = inet(address, 0);
	struct arpreq arp = { .arp_flags = ATF_PERM | ATF_COM };

	memcpy(&arp.arp_pa, &in, sizeof(in));
	memcpy(arp.arp_ha.sa_data, mac, 6);
	strncpy(arp.arp_dev, name, sizeof(arp.arp_dev) - 1);
	ask(call, who, SIOCSARP, &arp);
}

int ifconfig_socket(syscall_fn call, void *who, int type, const char *address, uint16_t port,
		    const char *peer)
{
	struct sockaddr_in in = inet(address, port);
	long fd = sys(call, who, SYS_socket, AF_INET, type, 0);

	assert_true(fd >= 0);
	assert_int_equal(sys(call, who, SYS_bind, fd, (long)&in, sizeof(in)), 0);
	if (peer) {
		in = inet(peer, port);
		assert_int_equal(sys(call, who, SYS_connect, fd, (long)&in, sizeof(in)), 0);
	}
	return (int)fd;
}
