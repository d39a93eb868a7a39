// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>
#include <nuse/engine.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "call.h"

/*
 * A task of the library kernel as JavaScript has it: call() queues a system
 * call for a thread of the client's own, which waits for the kernel, so that
 * neither the event loop nor the worker ever waits for the other.
 */
class Client : public Napi::ObjectWrap<Client> {
public:
	static void define(Napi::Env env);
	/* A client of a worker of `engine`, which may go before the client does. */
	static Napi::Object open(Napi::Env env, std::shared_ptr<struct nuse_engine> engine, unsigned int worker);

	explicit Client(const Napi::CallbackInfo &info);
	~Client() override;

private:
	Napi::Value call(const Napi::CallbackInfo &info);
	Napi::Value close(const Napi::CallbackInfo &info);
	void finished(Napi::Env env, Call *call);
	static void environment_ends(void *client);
	void end();

	void serve();
	Call *next();
	bool begin();
	long run(const Call &call);

	std::shared_ptr<struct nuse_engine> engine_;
	unsigned int worker_;
	struct nuse_client *client_ = nullptr;	/* written by thread_ only */
	napi_env env_;
	Napi::ThreadSafeFunction done_;
	unsigned int in_flight_ = 0;		/* event loop's thread only */

	std::mutex mutex_;			/* guards what follows */
	std::condition_variable changed_;
	std::deque<Call *> queue_;
	bool closing_ = false;
	bool calling_ = false;
	bool ended_ = false;
	std::thread thread_;
};
