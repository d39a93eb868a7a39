/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRAFFIC_PORT_H
#define TRAFFIC_PORT_H

/*
 * Where the generator's frames go out and come in: a network device of the host by
 * a packet socket ("packet:veth0"), or any device of DPDK ("dpdk:net_memif0,...").
 * All calls from one thread; none waits.
 */
#include <stddef.h>
#include <stdint.h>

#define TRAFFIC_BURST 64u

struct traffic_port {
	const struct traffic_port_ops *ops;
};

struct traffic_port_ops {
	/* Buffers for at most n frames of the greatest length; how many there are. */
	unsigned int (*tx_begin)(struct traffic_port *port, uint8_t *at[], unsigned int n);
	/* Send the first n of them; the device may refuse some, which are lost. */
	unsigned int (*tx_end)(struct traffic_port *port, const size_t len[], unsigned int n);
	/* Frames that came in, to be looked at until rx_end(). */
	unsigned int (*rx_begin)(struct traffic_port *port, const uint8_t *at[], size_t len[],
				 unsigned int max);
	void (*rx_end)(struct traffic_port *port);
	/* Frames that came while the generator was not looking, since the last call. */
	uint64_t (*missed)(struct traffic_port *port);
	void (*close)(struct traffic_port *port);
};

/* Open by name, with buffers of `longest` bytes. Returns 0, or -1 with a sentence. */
int traffic_port_open(const char *spec, size_t longest, struct traffic_port **out,
		      char *error, size_t error_size);

int traffic_packet_open(const char *device, size_t longest, struct traffic_port **out,
			char *error, size_t error_size);
int traffic_dpdk_open(const char *device, size_t longest, struct traffic_port **out,
		      char *error, size_t error_size);

#endif
