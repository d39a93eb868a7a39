// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include "nft.h"

/* What the addon keeps for one JavaScript environment. */
struct InstanceData {
	Napi::FunctionReference engine;
	Napi::FunctionReference client;
	Napi::FunctionReference nft;
	NftQueue nft_queue;
};
