// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include <array>
#include <functional>
#include <string>

/* Where the engine leaves its sentence about an error. */
using ErrorText = std::array<char, 512>;

/* That sentence, or the errno number's name if there is none. */
std::string describe(const ErrorText &text, int err);

/* Something that takes long, on a thread of libuv, as a promise of its result. */
class Work : public Napi::AsyncWorker {
public:
	/* Returns 0 or more, or a negative errno number. */
	using Function = std::function<int(ErrorText &error)>;

	static Napi::Promise begin(Napi::Env env, Function function);

protected:
	void Execute() override;
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

private:
	Work(Napi::Env env, Function function);

	Function function_;
	int result_ = 0;
	Napi::Promise::Deferred done_;
};
