// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include <cerrno>
#include <chrono>

#include "instance_data.h"

void Client::define(Napi::Env env)
{
	env.GetInstanceData<InstanceData>()->client = Napi::Persistent(DefineClass(
		env, "Client",
		{
			InstanceMethod<&Client::call>("call"),
			InstanceMethod<&Client::close>("close"),
		}));
}

Napi::Object Client::open(Napi::Env env, std::shared_ptr<struct nuse_engine> engine, unsigned int worker)
{
	return env.GetInstanceData<InstanceData>()->client.New(
		{ Napi::External<std::shared_ptr<struct nuse_engine>>::New(env, &engine),
		  Napi::Number::New(env, worker) });
}

Client::Client(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Client>(info), env_(info.Env())
{
	Napi::Env env = info.Env();

	if (!info[0].IsExternal())
		throw Napi::TypeError::New(env, "clients come from engine.openClient()");
	engine_ = *info[0].As<Napi::External<std::shared_ptr<struct nuse_engine>>>().Data();
	worker_ = info[1].ToNumber();
	done_ = Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo &) {}),
					      "nuse client", 0, 1);
	done_.Unref(env);
	/* Later than done_'s own hook, so it runs before: done_ is still there. */
	napi_add_env_cleanup_hook(env, environment_ends, this);
	thread_ = std::thread([this] { serve(); });
}

Client::~Client()
{
	napi_remove_env_cleanup_hook(env_, environment_ends, this);
	end();
}

void Client::environment_ends(void *client)
{
	static_cast<Client *>(client)->end();
}

/* ------------------------------------------------------ event loop's thread */

Napi::Value Client::call(const Napi::CallbackInfo &info)
{
	auto *call = new Call(info);
	Napi::Promise promise = call->promise();
	std::lock_guard lock(mutex_);

	if (closing_) {
		call->result = -ECANCELED;
		call->resolve(info.Env());
		delete call;
		return promise;
	}
	if (in_flight_++ == 0) {
		Ref();
		done_.Ref(info.Env());
	}
	queue_.push_back(call);
	changed_.notify_all();
	return promise;
}

void Client::finished(Napi::Env env, Call *call)
{
	call->resolve(env);
	delete call;
	if (--in_flight_ == 0) {
		done_.Unref(env);
		Unref();
	}
}

Napi::Value Client::close(const Napi::CallbackInfo &info)
{
	end();
	return info.Env().Undefined();
}

/*
 * An interrupt that comes before the kernel has seen the call is lost: repeat
 * it until the thread has come back.
 */
void Client::end()
{
	if (!thread_.joinable())
		return;
	{
		std::unique_lock lock(mutex_);

		closing_ = true;
		changed_.notify_all();
		while (!changed_.wait_for(lock, std::chrono::milliseconds(1), [this] { return ended_; }))
			if (calling_)
				nuse_engine_client_interrupt(client_);
	}
	thread_.join();
	done_.Release();
}

/* --------------------------------------------------------- client's thread */

Call *Client::next()
{
	std::unique_lock lock(mutex_);

	calling_ = false;
	changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
	if (queue_.empty())
		return nullptr;

	Call *call = queue_.front();

	queue_.pop_front();
	return call;
}

/* About to enter the kernel: false when end() has begun. */
bool Client::begin()
{
	std::lock_guard lock(mutex_);

	calling_ = client_ && !closing_;
	return !closing_;
}

long Client::run(const Call &call)
{
	if (!client_) {
		int err = begin() ? nuse_engine_client_open(engine_.get(), worker_, 0, 0, 0, &client_) : -ECANCELED;

		if (err < 0)
			return err;
	}
	return begin() ? nuse_engine_client_call(client_, call.nr, call.args.data()) : -ECANCELED;
}

void Client::serve()
{
	while (Call *call = next()) {
		call->result = run(*call);
		done_.BlockingCall(call, [this](Napi::Env env, Napi::Function, Call *over) {
			if (env != nullptr)
				finished(env, over);
		});
	}
	if (client_)
		nuse_engine_client_close(client_);

	std::lock_guard lock(mutex_);

	ended_ = true;
	changed_.notify_all();
}
