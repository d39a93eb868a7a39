// SPDX-License-Identifier: GPL-2.0-only
#include "nft.h"

#include "instance_data.h"
#include "nft_run.h"

void NftQueue::add(NftRun *run)
{
	waiting_.push_back(run);
	if (!busy_)
		next();
}

void NftQueue::next()
{
	busy_ = !waiting_.empty();
	if (!busy_)
		return;
	waiting_.front()->Queue();	/* deletes itself when it is over */
	waiting_.pop_front();
}

void Nft::define(Napi::Env env)
{
	env.GetInstanceData<InstanceData>()->nft = Napi::Persistent(DefineClass(
		env, "Nft",
		{
			InstanceMethod<&Nft::run>("run"),
			InstanceMethod<&Nft::close>("close"),
		}));
}

Napi::Object Nft::open(Napi::Env env, std::shared_ptr<struct nuse_engine> engine, unsigned int worker,
		       Napi::Value include)
{
	return env.GetInstanceData<InstanceData>()->nft.New(
		{ Napi::External<std::shared_ptr<struct nuse_engine>>::New(env, &engine),
		  Napi::Number::New(env, worker), include });
}

Nft::Nft(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Nft>(info)
{
	if (!info[0].IsExternal())
		throw Napi::TypeError::New(info.Env(), "it comes from engine.openNft()");
	if (!info[2].IsUndefined() && !info[2].IsString())
		throw Napi::TypeError::New(info.Env(), "openNft(worker, directory of includes)");
	engine_ = *info[0].As<Napi::External<std::shared_ptr<struct nuse_engine>>>().Data();
	worker_ = info[1].ToNumber();
	if (info[2].IsString())
		include_ = info[2].ToString();
}

static unsigned int flags_of(Napi::Value value)
{
	static const struct { const char *name; unsigned int flag; } table[] = {
		{ "json", NUSE_NFT_JSON },
		{ "echo", NUSE_NFT_ECHO },
		{ "handle", NUSE_NFT_HANDLE },
		{ "stateless", NUSE_NFT_STATELESS },
		{ "terse", NUSE_NFT_TERSE },
		{ "dryRun", NUSE_NFT_CHECK },
	};
	unsigned int flags = 0;

	if (!value.IsObject())
		return flags;
	for (const auto &[name, flag] : table)
		if (value.As<Napi::Object>().Get(name).ToBoolean())
			flags |= flag;
	return flags;
}

/* run(commands, options): the library wants its last line ended. */
Napi::Value Nft::run(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();

	if (!info[0].IsString())
		throw Napi::TypeError::New(env, "run(commands, options)");
	if (!engine_)
		throw Napi::Error::New(env, "it has been closed");

	auto *run = new NftRun(env, { engine_, worker_, include_, info[0].ToString().Utf8Value() + "\n",
				      flags_of(info[1]) });
	Napi::Promise promise = run->promise();

	env.GetInstanceData<InstanceData>()->nft_queue.add(run);
	return promise;
}

/* What runs, and waits to run, still comes to its end. */
Napi::Value Nft::close(const Napi::CallbackInfo &info)
{
	engine_.reset();
	return info.Env().Undefined();
}
