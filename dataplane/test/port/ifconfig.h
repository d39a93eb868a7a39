/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUSE_TEST_IFCONFIG_H
#define NUSE_TEST_IFCONFIG_H

/* Interfaces set up by ioctl, through whatever makes the system calls. */
#include <stdint.h>

typedef long (*syscall_fn)(void *who, long nr, const long args[6]);

/* Address "10.0.0.1", netmask /24, MTU (0 = as it is), up. Fails the test. */
void ifconfig_up(syscall_fn call, void *who, const char *name, const char *address, int mtu);

/* A fixed neighbour. */
void ifconfig_neighbour(syscall_fn call, void *who, const char *name, const char *address,
			const uint8_t mac[6]);

/* A UDP or TCP socket, bound to address:port, connected to peer if that is given. */
int ifconfig_socket(syscall_fn call, void *who, int type, const char *address, uint16_t port,
		    const char *peer);

#endif
