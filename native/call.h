// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include <array>
#include <vector>

/*
 * One system call on its way: its numbers, and the JavaScript buffers that the
 * kernel reads and writes, held until it is over.
 */
class Call {
public:
	/* From the arguments of client.call(nr, ...args); throws a TypeError. */
	explicit Call(const Napi::CallbackInfo &info);

	Napi::Promise promise() const { return done_.Promise(); }
	void resolve(Napi::Env env) { done_.Resolve(Napi::Number::New(env, static_cast<double>(result))); }

	long nr;
	std::array<long, 6> args{};
	long result = 0;

private:
	long argument(Napi::Value value);

	Napi::Promise::Deferred done_;
	std::vector<Napi::ObjectReference> buffers_;
};
