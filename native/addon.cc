// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addon: border 3, dataplane <-> JavaScript. It translates and decides
 * nothing. control/engine/addon.ts says what JavaScript sees of it.
 */
#include <napi.h>

#include "client.h"
#include "engine.h"
#include "instance_data.h"
#include "notify.h"

static Napi::Object init(Napi::Env env, Napi::Object exports)
{
	env.SetInstanceData(new InstanceData());
	Client::define(env);
	Engine::define(env);
	exports.Set("Engine", env.GetInstanceData<InstanceData>()->engine.Value());
	exports.Set("notify", Napi::Function::New(env, notify, "notify"));
	return exports;
}

NODE_API_MODULE(nuse, init)
