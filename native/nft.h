// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>
#include <nuse/engine.h>

#include <deque>
#include <memory>

class NftRun;

/*
 * Runs that wait for their turn. One is under way at a time in an environment,
 * as the library allows no more, so no more than one thread of libuv waits for it.
 */
class NftQueue {
public:
	void add(NftRun *run);
	void next();

private:
	std::deque<NftRun *> waiting_;
	bool busy_ = false;
};

/* libnftables at work on one worker's kernel, as JavaScript has it. */
class Nft : public Napi::ObjectWrap<Nft> {
public:
	static void define(Napi::Env env);
	static Napi::Object open(Napi::Env env, std::shared_ptr<struct nuse_engine> engine, unsigned int worker,
				 Napi::Value include);

	explicit Nft(const Napi::CallbackInfo &info);

private:
	Napi::Value run(const Napi::CallbackInfo &info);
	Napi::Value close(const Napi::CallbackInfo &info);

	std::shared_ptr<struct nuse_engine> engine_;	/* none once closed */
	unsigned int worker_;
	std::string include_;
};
