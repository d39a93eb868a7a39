// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

/*
 * lock(path): the file's descriptor, made if need be and locked for as long as
 * the descriptor is open; -1 if another process holds the lock.
 */
Napi::Value lock(const Napi::CallbackInfo &info);
