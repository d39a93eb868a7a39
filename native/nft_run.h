// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>
#include <nuse/nft.h>

#include <memory>
#include <string>

/* What to run, and where. */
struct NftCommands {
	std::shared_ptr<struct nuse_engine> engine;
	unsigned int worker;
	std::string include;
	std::string text;
	unsigned int flags;
};

/* One run on a thread of libuv: a promise of { ok, output, error }. */
class NftRun : public Napi::AsyncWorker {
public:
	NftRun(Napi::Env env, NftCommands commands);
	~NftRun() override;

	Napi::Promise promise() const { return done_.Promise(); }

protected:
	void Execute() override;
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

private:
	NftCommands commands_;
	struct nuse_nft_answer answer_ = {};
	Napi::Promise::Deferred done_;
};
