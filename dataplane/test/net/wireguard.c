// SPDX-License-Identifier: GPL-2.0-only
#include <linux/wireguard.h>
#include <string.h>

#include "support/sock.h"
#include "wireguard.h"

/* Private key n is the bytes 100 n + 1 and following; these are its public key. */
const uint8_t wg_public[WG_KEYS][32] = {
	{ 0x07, 0xa3, 0x7c, 0xbc, 0x14, 0x20, 0x93, 0xc8, 0xb7, 0x55, 0xdc, 0x1b, 0x10, 0xe8, 0x6c,
	  0xb4, 0x26, 0x37, 0x4a, 0xd1, 0x6a, 0xa8, 0x53, 0xed, 0x0b, 0xdf, 0xc0, 0xb2, 0xb8, 0x6d,
	  0x1c, 0x7c },
	{ 0x57, 0x14, 0x76, 0x9d, 0x11, 0x6b, 0xf7, 0x64, 0x36, 0xae, 0x74, 0xbc, 0x79, 0x3d, 0x2c,
	  0x30, 0xad, 0x19, 0x03, 0xc5, 0x9a, 0xc5, 0x27, 0x38, 0x05, 0xc7, 0xe2, 0x69, 0x8b, 0x41,
	  0x0c, 0x36 },
	{ 0x4c, 0x29, 0xf4, 0x99, 0x69, 0x85, 0xe8, 0x0d, 0x24, 0x7e, 0x80, 0xb7, 0x03, 0x03, 0x82,
	  0x45, 0x92, 0xff, 0x9f, 0xba, 0xd7, 0x49, 0x04, 0xea, 0x7c, 0x3d, 0x2b, 0xda, 0x24, 0xe5,
	  0x1c, 0x12 },
};

struct device {
	const char *name;
	int key;			/* -1 = leave as it is */
	const struct wg_peer *peer;
};

void wg_private(unsigned int key, uint8_t out[32])
{
	for (unsigned int i = 0; i < 32; i++)
		out[i] = (uint8_t)(100 * key + 1 + i);
}

static void put_allowed(struct nlmsghdr *nlh, const struct wg_peer *peer)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, WGPEER_A_ALLOWEDIPS), *entry;

	for (unsigned int i = 0; i < 4 && peer->allowed[i]; i++) {
		uint8_t address[16], len;
		int family = rtnl_prefix(peer->allowed[i], address, &len);

		entry = mnl_attr_nest_start(nlh, 0);
		mnl_attr_put_u16(nlh, WGALLOWEDIP_A_FAMILY, (uint16_t)family);
		mnl_attr_put(nlh, WGALLOWEDIP_A_IPADDR, family == AF_INET ? 4 : 16, address);
		mnl_attr_put_u8(nlh, WGALLOWEDIP_A_CIDR_MASK, len);
		mnl_attr_nest_end(nlh, entry);
	}
	mnl_attr_nest_end(nlh, list);
}

static void put_peer(struct nlmsghdr *nlh, const struct wg_peer *peer)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, WGDEVICE_A_PEERS);
	struct nlattr *entry = mnl_attr_nest_start(nlh, 0);
	struct sockaddr_storage address;
	uint8_t preshared[32];

	mnl_attr_put(nlh, WGPEER_A_PUBLIC_KEY, 32, wg_public[peer->key]);
	mnl_attr_put_u32(nlh, WGPEER_A_FLAGS, WGPEER_F_REPLACE_ALLOWEDIPS);
	memset(preshared, peer->preshared, sizeof(preshared));
	mnl_attr_put(nlh, WGPEER_A_PRESHARED_KEY, 32, preshared);
	if (peer->endpoint) {
		socklen_t len = sock_address(peer->endpoint, &address);

		mnl_attr_put(nlh, WGPEER_A_ENDPOINT, len, &address);
	}
	mnl_attr_put_u16(nlh, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, peer->keepalive);
	put_allowed(nlh, peer);
	mnl_attr_nest_end(nlh, entry);
	mnl_attr_nest_end(nlh, list);
}

static void fill_device(struct nlmsghdr *nlh, void *arg)
{
	const struct device *device = arg;
	uint8_t key[32];

	mnl_attr_put_strz(nlh, WGDEVICE_A_IFNAME, device->name);
	if (device->key >= 0) {
		wg_private((unsigned int)device->key, key);
		mnl_attr_put(nlh, WGDEVICE_A_PRIVATE_KEY, 32, key);
		mnl_attr_put_u16(nlh, WGDEVICE_A_LISTEN_PORT, WG_PORT);
	}
	if (device->peer)
		put_peer(nlh, device->peer);
}

static int set_device(struct lab_node *node, struct device *device)
{
	return genl_call(node, WG_GENL_NAME, WG_CMD_SET_DEVICE, 0, fill_device, device, NULL, NULL);
}

void wg_add(struct lab_node *node, const char *dev, unsigned int key,
	    const struct wg_peer *peer)
{
	struct device device = { dev, (int)key, peer };

	must(link_add(node, dev, "wireguard", NULL, NULL, NULL));
	must(set_device(node, &device));
	must(link_up(node, dev));
}

int wg_set_peer(struct lab_node *node, const char *dev, const struct wg_peer *peer)
{
	struct device device = { dev, -1, peer };

	return set_device(node, &device);
}

static void read_public(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, 4)
		if (mnl_attr_get_type(attr) == WGDEVICE_A_PUBLIC_KEY)
			memcpy(arg, mnl_attr_get_payload(attr), 32);
}

void wg_read_public(struct lab_node *node, const char *dev, uint8_t out[32])
{
	struct device device = { dev, -1, NULL };

	must(genl_call(node, WG_GENL_NAME, WG_CMD_GET_DEVICE, NLM_F_DUMP, fill_device, &device,
		       read_public, out));
}
