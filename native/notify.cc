// SPDX-License-Identifier: GPL-2.0-only
#include "notify.h"

#include <systemd/sd-daemon.h>

Napi::Value notify(const Napi::CallbackInfo &info)
{
	if (!info[0].IsString())
		throw Napi::TypeError::New(info.Env(), "notify(state)");
	return Napi::Boolean::New(info.Env(), sd_notify(0, info[0].ToString().Utf8Value().c_str()) > 0);
}
