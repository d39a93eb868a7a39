// SPDX-License-Identifier: GPL-2.0-only
#include "work.h"

#include <cstring>

std::string describe(const ErrorText &text, int err)
{
	return text[0] ? text.data() : strerror(-err);
}

Work::Work(Napi::Env env, Function function)
	: Napi::AsyncWorker(env), function_(std::move(function)), done_(env)
{
}

Napi::Promise Work::begin(Napi::Env env, Function function)
{
	auto *work = new Work(env, std::move(function));	/* deletes itself */
	Napi::Promise promise = work->done_.Promise();

	work->Queue();
	return promise;
}

void Work::Execute()
{
	ErrorText error{};

	result_ = function_(error);
	if (result_ < 0)
		SetError(describe(error, result_));
}

void Work::OnOK()
{
	done_.Resolve(Napi::Number::New(Env(), result_));
}

void Work::OnError(const Napi::Error &error)
{
	done_.Reject(error.Value());
}
