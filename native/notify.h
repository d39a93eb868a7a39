// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

/* notify(state): sd_notify(3). Returns whether a service manager listens. */
Napi::Value notify(const Napi::CallbackInfo &info);
