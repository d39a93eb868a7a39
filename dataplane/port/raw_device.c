// SPDX-License-Identifier: GPL-2.0-only
/* What the device below a raw port does by itself. */
#include <linux/ethtool.h>
#include <string.h>

#include "raw.h"
#include "vnet.h"

static bool device_flag(const struct raw_port *raw, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };

	return !nuse_device_ethtool(&raw->device, &value) && value.data;
}

/* Is the feature `name` of `ethtool -k` on? */
static bool device_feature(const struct raw_port *raw, const char *name)
{
	enum { BLOCKS = 8, STRINGS = BLOCKS * 32 };
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} sset = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };
	struct {
		struct ethtool_gstrings head;
		char names[STRINGS][ETH_GSTRING_LEN];
	} strings = { .head = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES } };
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block blocks[BLOCKS];
	} features = { .head = { .cmd = ETHTOOL_GFEATURES, .size = BLOCKS } };

	if (nuse_device_ethtool(&raw->device, &sset) || sset.info.data[0] > STRINGS)
		return false;
	strings.head.len = sset.info.data[0];
	if (nuse_device_ethtool(&raw->device, &strings) ||
	    nuse_device_ethtool(&raw->device, &features))
		return false;
	for (uint32_t i = 0; i < strings.head.len; i++)
		if (!strncmp(strings.names[i], name, ETH_GSTRING_LEN))
			return features.blocks[i / 32].active >> i % 32 & 1;
	return false;
}

/*
 * Only what the device does itself: sent past its queueing discipline, a frame
 * that needs segmenting in software would be dropped.
 */
uint32_t nuse_raw_features(const struct raw_port *raw)
{
	uint32_t features = NUSE_PORT_RX_CSUM | NUSE_PORT_TX_CSUM | NUSE_PORT_TX_SEGS |
			    NUSE_PORT_RX_GSO;

	if (device_flag(raw, ETHTOOL_GTSO))
		features |= NUSE_PORT_TSO;
	if (nuse_vnet_has_uso() && device_feature(raw, "tx-udp-segmentation"))
		features |= NUSE_PORT_USO;
	return features;
}
