// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"

Napi::Value address_of(const Napi::CallbackInfo &info)
{
	if (!info[0].IsTypedArray())
		throw Napi::TypeError::New(info.Env(), "addressOf(typed array)");

	auto array = info[0].As<Napi::TypedArray>();
	auto *base = static_cast<uint8_t *>(array.ArrayBuffer().Data());

	return Napi::BigInt::New(info.Env(), reinterpret_cast<uint64_t>(base + array.ByteOffset()));
}
