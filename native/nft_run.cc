// SPDX-License-Identifier: GPL-2.0-only
#include "nft_run.h"

#include <cerrno>
#include <cstring>

#include "instance_data.h"

NftRun::NftRun(Napi::Env env, NftCommands commands)
	: Napi::AsyncWorker(env), commands_(std::move(commands)), done_(env)
{
}

NftRun::~NftRun()
{
	nuse_nft_answer_free(&answer_);
}

static std::string reason(int err, const char *text)
{
	if (err == -ELIBACC && text)
		return std::string("libnftables cannot be used: ") + text;
	return std::string("the worker cannot be reached: ") + strerror(-err);
}

void NftRun::Execute()
{
	struct nuse_nft_request request = {};

	request.commands = commands_.text.c_str();
	request.include = commands_.include.empty() ? nullptr : commands_.include.c_str();
	request.flags = commands_.flags;

	int err = nuse_nft_run(commands_.engine.get(), commands_.worker, &request, &answer_);

	if (err)
		SetError(reason(err, answer_.error));
}

void NftRun::OnOK()
{
	Napi::Object answer = Napi::Object::New(Env());

	answer.Set("ok", answer_.ok);
	answer.Set("output", answer_.output ? answer_.output : "");
	answer.Set("error", answer_.error ? answer_.error : "");
	done_.Resolve(answer);
	Env().GetInstanceData<InstanceData>()->nft_queue.next();
}

void NftRun::OnError(const Napi::Error &error)
{
	done_.Reject(error.Value());
	Env().GetInstanceData<InstanceData>()->nft_queue.next();
}
