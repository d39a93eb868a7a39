// SPDX-License-Identifier: GPL-2.0-only
/* Ports that end in the test. */
#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "wire.h"

static unsigned int rx_burst(void *port, unsigned int queue, struct nuse_frame *frames,
			     unsigned int n)
{
	(void)queue;
	return wire_take(port, frames, n);
}

static unsigned int tx_burst(void *port, unsigned int queue, const struct nuse_frame *frames,
			     unsigned int n)
{
	struct wire *wire = port;

	(void)queue;
	for (unsigned int i = 0; i < n; i++) {
		wire->sent++;
		wire->sent_bytes += frames[i].len;
		if (wire->seen)
			wire->seen(wire->arg, frames[i].data, frames[i].len);
	}
	return n;
}

void wire_init(struct wire *wire, struct nuse_instance *inst, unsigned int number)
{
	*wire = (struct wire){
		.inst = inst,
		.lib = nuse_instance_library(inst),
		.ops = { .rx_burst = rx_burst, .tx_burst = tx_burst },
		.mac = { 2, 0, 0, 0, 0, (uint8_t)number },
	};
	snprintf(wire->name, sizeof(wire->name), "wire%u", number);
	wire->in = calloc(WIRE_DEPTH, sizeof(*wire->in));
	assert_non_null(wire->in);
}

void wire_add(struct wire *wire)
{
	struct nuse_port_config config = {
		.size = sizeof(config),
		.flags = NUSE_PORT_TX_COPIES,
		.nr_queues = 1,
		.mtu_max = 9000,
		.mtu = 1500,
		.driver = "wire",
		.ops = &wire->ops,
		.port = wire,
	};

	memcpy(config.mac, wire->mac, 6);
	memcpy(config.name, wire->name, sizeof(config.name));
	wire->ifindex = (int)nuse_instance_port_add(wire->inst, &config, &wire->port);
	assert_true(wire->ifindex > 0);
	assert_int_equal(nuse_instance_port_link(wire->inst, wire->port, 1, 10000), 0);
}

static void set_address(struct sockaddr *to, const char *address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;

	in->sin_family = AF_INET;
	assert_int_equal(inet_pton(AF_INET, address, &in->sin_addr), 1);
}

long wire_up(struct wire *wire, const char *address, const char *netmask)
{
	long fd = kit_call(wire->inst, SYS_socket, AF_INET, SOCK_DGRAM, 0), result;
	struct ifreq ifr = { 0 };

	assert_true(fd >= 0);
	memcpy(ifr.ifr_name, wire->name, sizeof(wire->name));
	set_address(&ifr.ifr_addr, address);
	result = kit_call(wire->inst, SYS_ioctl, fd, SIOCSIFADDR, &ifr);
	if (!result) {
		set_address(&ifr.ifr_netmask, netmask);
		result = kit_call(wire->inst, SYS_ioctl, fd, SIOCSIFNETMASK, &ifr);
	}
	if (!result) {
		ifr.ifr_flags = IFF_UP;
		result = kit_call(wire->inst, SYS_ioctl, fd, SIOCSIFFLAGS, &ifr);
	}
	kit_call(wire->inst, SYS_close, fd);
	return result;
}

long wire_down(struct wire *wire)
{
	long fd = kit_call(wire->inst, SYS_socket, AF_INET, SOCK_DGRAM, 0), result;
	struct ifreq ifr = { 0 };

	memcpy(ifr.ifr_name, wire->name, sizeof(wire->name));
	result = kit_call(wire->inst, SYS_ioctl, fd, SIOCSIFFLAGS, &ifr);
	kit_call(wire->inst, SYS_close, fd);
	return result;
}

long wire_statistic(const struct wire *wire, const char *name)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", wire->name, name);
	assert_true(kit_read(wire->inst, path, text, sizeof(text)) > 0);
	return atol(text);
}

void wire_neighbour(struct wire *wire, const char *address, unsigned int number)
{
	long fd = kit_call(wire->inst, SYS_socket, AF_INET, SOCK_DGRAM, 0);
	struct arpreq arp = { .arp_flags = ATF_PERM | ATF_COM };
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, (uint8_t)number };

	set_address(&arp.arp_pa, address);
	arp.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(arp.arp_ha.sa_data, mac, 6);
	memcpy(arp.arp_dev, wire->name, sizeof(wire->name));
	assert_int_equal(kit_call(wire->inst, SYS_ioctl, fd, SIOCSARP, &arp), 0);
	kit_call(wire->inst, SYS_close, fd);
}

void wire_remove(struct wire *wire)
{
	long err = wire->port ? nuse_instance_port_remove(wire->inst, wire->port) : 0;

	assert_true(!err || err == -ENOTRECOVERABLE);
	free(wire->in);
	wire->in = NULL;
}

bool wire_put(struct wire *wire, const void *frame, uint32_t len)
{
	struct wire_frame *slot = &wire->in[wire->head % WIRE_DEPTH];

	if (wire->head - wire->tail == WIRE_DEPTH)
		return false;
	slot->len = len;
	memcpy(slot->data, frame, len);
	wire->head++;
	return true;
}

unsigned int wire_take(struct wire *wire, struct nuse_frame *frames, unsigned int n)
{
	unsigned int waiting = wire->head - wire->tail;

	n = wire->lib->lib_buf_alloc(wire->port, 0, frames, n < waiting ? n : waiting);
	for (unsigned int i = 0; i < n; i++) {
		struct wire_frame *slot = &wire->in[wire->tail++ % WIRE_DEPTH];

		memcpy(frames[i].data, slot->data, slot->len);
		frames[i].len = slot->len;
	}
	return n;
}

/* ----------------------------------------------------------------- frames */

static uint16_t sum(const uint8_t *at, unsigned int len)
{
	uint32_t total = 0;

	for (unsigned int i = 0; i < len; i += 2)
		total += (uint32_t)(at[i] << 8 | at[i + 1]);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

uint32_t wire_datagram(const struct wire *wire, uint8_t *frame)
{
	static const uint8_t packet[] = {
		2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 102, 0x08, 0x00,
		0x45, 0, 0, 46, 0, 1, 0, 0, 64, IPPROTO_UDP, 0, 0, 10, 0, 1, 2, 10, 0, 2, 2,
		0x12, 0x34, 0, 9, 0, 26, 0, 0,
	};
	uint16_t check;

	memset(frame, 0, 60);
	memcpy(frame, packet, sizeof(packet));
	memcpy(frame, wire->mac, 6);
	check = sum(frame + 14, 20);
	frame[24] = (uint8_t)(check >> 8);
	frame[25] = (uint8_t)check;
	return 60;
}
