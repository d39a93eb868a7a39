// SPDX-License-Identifier: GPL-2.0-only
#include "call.h"

Call::Call(const Napi::CallbackInfo &info) : done_(info.Env())
{
	if (info.Length() < 1 || info.Length() > 1 + args.size() || !info[0].IsNumber())
		throw Napi::TypeError::New(info.Env(), "call(nr, up to six arguments)");
	nr = info[0].As<Napi::Number>().Int64Value();
	for (size_t i = 1; i < info.Length(); i++)
		args[i - 1] = argument(info[i]);
}

long Call::argument(Napi::Value value)
{
	if (value.IsNull() || value.IsUndefined())
		return 0;
	if (value.IsNumber())
		return value.As<Napi::Number>().Int64Value();
	if (value.IsBigInt()) {
		bool lossless;

		return value.As<Napi::BigInt>().Int64Value(&lossless);
	}
	if (value.IsTypedArray()) {
		auto array = value.As<Napi::TypedArray>();
		auto *base = static_cast<uint8_t *>(array.ArrayBuffer().Data());

		buffers_.push_back(Napi::Persistent(value.As<Napi::Object>()));
		return reinterpret_cast<long>(base + array.ByteOffset());
	}
	throw Napi::TypeError::New(value.Env(), "an argument is a number, a bigint, a typed array or null");
}
