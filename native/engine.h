// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>
#include <nuse/engine.h>

#include <memory>

/*
 * The engine as JavaScript has it. What takes long (boot, opening a device,
 * removing) runs on libuv's threads and gives a promise.
 */
class Engine : public Napi::ObjectWrap<Engine> {
public:
	static void define(Napi::Env env);

	explicit Engine(const Napi::CallbackInfo &info);

private:
	Napi::Value addWorker(const Napi::CallbackInfo &info);
	Napi::Value removeWorker(const Napi::CallbackInfo &info);
	Napi::Value addPort(const Napi::CallbackInfo &info);
	Napi::Value removePort(const Napi::CallbackInfo &info);
	Napi::Value sharePort(const Napi::CallbackInfo &info);
	Napi::Value unsharePort(const Napi::CallbackInfo &info);
	Napi::Value listenForPrograms(const Napi::CallbackInfo &info);
	Napi::Value openClient(const Napi::CallbackInfo &info);
	Napi::Value openNft(const Napi::CallbackInfo &info);
	Napi::Value counters(const Napi::CallbackInfo &info);
	Napi::Value drops(const Napi::CallbackInfo &info);
	Napi::Value portCounters(const Napi::CallbackInfo &info);
	Napi::Value readLog(const Napi::CallbackInfo &info);
	Napi::Value panic(const Napi::CallbackInfo &info);

	/* Shared with clients and work under way: destroyed with the last. */
	std::shared_ptr<struct nuse_engine> engine_;
};
