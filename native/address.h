// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

/*
 * addressOf(bytes): where a typed array's bytes are, for structures of system
 * calls that point to others. The caller keeps the array while it is used.
 */
Napi::Value address_of(const Napi::CallbackInfo &info);
