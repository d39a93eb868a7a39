// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addon: border 3, dataplane <-> JavaScript. It translates and decides
 * nothing. control/engine/addon.ts says what JavaScript sees of it.
 */
#include <napi.h>

#include "address.h"
#include "client.h"
#include "engine.h"
#include "instance_data.h"
#include "lock.h"
#include "nft.h"
#include "notify.h"

static Napi::Object init(Napi::Env env, Napi::Object exports)
{
	env.SetInstanceData(new InstanceData());
	Client::define(env);
	Engine::define(env);
	Nft::define(env);
	exports.Set("Engine", env.GetInstanceData<InstanceData>()->engine.Value());
	exports.Set("addressOf", Napi::Function::New(env, address_of, "addressOf"));
	exports.Set("lock", Napi::Function::New(env, lock, "lock"));
	exports.Set("notify", Napi::Function::New(env, notify, "notify"));
	return exports;
}

NODE_API_MODULE(nuse, init)
