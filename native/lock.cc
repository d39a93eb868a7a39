// SPDX-License-Identifier: GPL-2.0-only
#include "lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

Napi::Value lock(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();

	if (!info[0].IsString())
		throw Napi::TypeError::New(env, "lock(path)");

	int fd = open(info[0].ToString().Utf8Value().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		throw Napi::Error::New(env, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return Napi::Number::New(env, fd);

	int err = errno;

	close(fd);
	if (err != EWOULDBLOCK)
		throw Napi::Error::New(env, strerror(err));
	return Napi::Number::New(env, -1);
}
