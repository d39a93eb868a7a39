// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <array>
#include <span>
#include <string>

#include "client.h"
#include "instance_data.h"
#include "nft.h"
#include "work.h"

void Engine::define(Napi::Env env)
{
	env.GetInstanceData<InstanceData>()->engine = Napi::Persistent(DefineClass(
		env, "Engine",
		{
			InstanceMethod<&Engine::addWorker>("addWorker"),
			InstanceMethod<&Engine::removeWorker>("removeWorker"),
			InstanceMethod<&Engine::addPort>("addPort"),
			InstanceMethod<&Engine::removePort>("removePort"),
			InstanceMethod<&Engine::sharePort>("sharePort"),
			InstanceMethod<&Engine::unsharePort>("unsharePort"),
			InstanceMethod<&Engine::listenForPrograms>("listenForPrograms"),
			InstanceMethod<&Engine::openClient>("openClient"),
			InstanceMethod<&Engine::openNft>("openNft"),
			InstanceMethod<&Engine::counters>("counters"),
			InstanceMethod<&Engine::drops>("drops"),
			InstanceMethod<&Engine::portCounters>("portCounters"),
			InstanceMethod<&Engine::readLog>("readLog"),
			InstanceMethod<&Engine::panic>("panic"),
		}));
}

static int idle_policy(Napi::Env env, const std::string &name)
{
	if (name == "poll")
		return NUSE_IDLE_POLL;
	if (name == "adaptive")
		return NUSE_IDLE_ADAPTIVE;
	if (name == "interrupt")
		return NUSE_IDLE_INTERRUPT;
	throw Napi::TypeError::New(env, "idle is poll, adaptive or interrupt");
}

Engine::Engine(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Engine>(info)
{
	Napi::Env env = info.Env();

	if (!info[0].IsObject())
		throw Napi::TypeError::New(env, "new Engine({ library, commandLine, memory })");

	auto options = info[0].As<Napi::Object>();
	std::string library = options.Get("library").ToString();
	std::string command_line = options.Get("commandLine").ToString();
	struct nuse_engine_config config = {};
	struct nuse_engine *engine;
	ErrorText error;

	config.library = library.c_str();
	config.cmdline = command_line.c_str();
	config.ram_size = static_cast<uint64_t>(options.Get("memory").ToNumber().Int64Value());

	int err = nuse_engine_create(&config, &engine, error.data(), error.size());

	if (err < 0)
		throw Napi::Error::New(env, describe(error, err));
	engine_ = std::shared_ptr<struct nuse_engine>(engine, nuse_engine_destroy);
}

/* The argument that is a worker's number. */
static unsigned int worker_number(const Napi::CallbackInfo &info, size_t index)
{
	if (!info[index].IsNumber())
		throw Napi::TypeError::New(info.Env(), "a worker has a number");
	return info[index].ToNumber();
}

/* addWorker({ cpu, idle }): its number */
Napi::Value Engine::addWorker(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();

	if (!info[0].IsObject())
		throw Napi::TypeError::New(env, "addWorker({ cpu, idle })");

	auto options = info[0].As<Napi::Object>();
	struct nuse_engine_worker worker = {};

	worker.cpu = options.Get("cpu").ToNumber();
	worker.idle = idle_policy(env, options.Get("idle").ToString());
	return Work::begin(env, [engine = engine_, worker](ErrorText &error) {
		return nuse_engine_worker_add(engine.get(), &worker, error.data(), error.size());
	});
}

Napi::Value Engine::removeWorker(const Napi::CallbackInfo &info)
{
	unsigned int worker = worker_number(info, 0);

	return Work::begin(info.Env(), [engine = engine_, worker](ErrorText &) {
		return nuse_engine_worker_remove(engine.get(), worker);
	});
}

/* [0, 2]: bits 0 and 2; nothing: no bit. */
static uint64_t worker_mask(const Napi::CallbackInfo &info, size_t index)
{
	uint64_t mask = 0;

	if (info[index].IsUndefined())
		return 0;
	if (!info[index].IsArray())
		throw Napi::TypeError::New(info.Env(), "workers are an array of numbers");

	auto workers = info[index].As<Napi::Array>();

	for (uint32_t i = 0; i < workers.Length(); i++) {
		uint32_t worker = workers.Get(i).ToNumber();

		if (worker >= NUSE_ENGINE_WORKERS)
			throw Napi::RangeError::New(info.Env(), "there cannot be a worker of that number");
		mask |= uint64_t{ 1 } << worker;
	}
	return mask;
}

/* addPort(name, device, queues, workers) */
Napi::Value Engine::addPort(const Napi::CallbackInfo &info)
{
	if (!info[0].IsString() || !info[1].IsString() || !info[2].IsNumber())
		throw Napi::TypeError::New(info.Env(), "addPort(name, device, queues, workers)");

	std::string name = info[0].ToString();
	std::string spec = info[1].ToString();
	unsigned int queues = info[2].ToNumber();
	uint64_t workers = worker_mask(info, 3);

	return Work::begin(info.Env(), [engine = engine_, name, spec, queues, workers](ErrorText &error) {
		struct nuse_engine_port port = {};

		port.name = name.c_str();
		port.spec = spec.c_str();
		port.queues = queues;
		port.workers = workers;
		return nuse_engine_port_add(engine.get(), &port, error.data(), error.size());
	});
}

Napi::Value Engine::removePort(const Napi::CallbackInfo &info)
{
	std::string name = info[0].ToString();

	return Work::begin(info.Env(), [engine = engine_, name](ErrorText &) {
		return nuse_engine_port_remove(engine.get(), name.c_str());
	});
}

Napi::Value Engine::sharePort(const Napi::CallbackInfo &info)
{
	std::string name = info[0].ToString();
	unsigned int worker = worker_number(info, 1);

	return Work::begin(info.Env(), [engine = engine_, name, worker](ErrorText &error) {
		return nuse_engine_port_share(engine.get(), name.c_str(), worker, error.data(), error.size());
	});
}

Napi::Value Engine::unsharePort(const Napi::CallbackInfo &info)
{
	std::string name = info[0].ToString();
	unsigned int worker = worker_number(info, 1);

	return Work::begin(info.Env(), [engine = engine_, name, worker](ErrorText &) {
		return nuse_engine_port_unshare(engine.get(), name.c_str(), worker);
	});
}

/* listenForPrograms(worker, path, mode) */
Napi::Value Engine::listenForPrograms(const Napi::CallbackInfo &info)
{
	unsigned int worker = worker_number(info, 0);
	std::string path = info[1].ToString();
	unsigned int mode = info[2].ToNumber();

	return Work::begin(info.Env(), [engine = engine_, worker, path, mode](ErrorText &error) {
		return nuse_engine_stack_listen(engine.get(), worker, path.c_str(), mode, error.data(), error.size());
	});
}

Napi::Value Engine::openClient(const Napi::CallbackInfo &info)
{
	return Client::open(info.Env(), engine_, worker_number(info, 0));
}

/* openNft(worker, directory of includes) */
Napi::Value Engine::openNft(const Napi::CallbackInfo &info)
{
	return Nft::open(info.Env(), engine_, worker_number(info, 0), info[1]);
}

/* { names, values } of counters as the engine gives them. */
static Napi::Object counters_object(Napi::Env env, std::span<const struct nuse_engine_counter> found)
{
	Napi::Object counters = Napi::Object::New(env);
	Napi::Array names = Napi::Array::New(env, found.size());
	Napi::BigUint64Array values = Napi::BigUint64Array::New(env, found.size());

	for (uint32_t i = 0; i < found.size(); i++) {
		names.Set(i, found[i].name);
		values[i] = found[i].value;
	}
	counters.Set("names", names);
	counters.Set("values", values);
	return counters;
}

Napi::Value Engine::counters(const Napi::CallbackInfo &info)
{
	std::array<struct nuse_engine_counter, NUSE_ENGINE_COUNTERS> found;
	int count = nuse_engine_counters(engine_.get(), worker_number(info, 0), found.data(), found.size());

	if (count < 0)
		throw Napi::Error::New(info.Env(), describe({}, count));
	return counters_object(info.Env(), std::span(found).first(count));
}

Napi::Value Engine::drops(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	auto found = std::make_unique<std::array<struct nuse_engine_drop, NUSE_ENGINE_DROPS>>();
	int count = nuse_engine_drops(engine_.get(), worker_number(info, 0), found->data(), found->size());

	if (count < 0)
		throw Napi::Error::New(env, describe({}, count));

	Napi::Array drops = Napi::Array::New(env, count);

	for (int i = 0; i < count; i++) {
		Napi::Object drop = Napi::Object::New(env);

		drop.Set("reason", (*found)[i].reason);
		drop.Set("place", (*found)[i].place);
		drop.Set("frames", static_cast<double>((*found)[i].frames));
		drops.Set(i, drop);
	}
	return drops;
}

Napi::Value Engine::portCounters(const Napi::CallbackInfo &info)
{
	std::string name = info[0].ToString();
	std::array<struct nuse_engine_counter, NUSE_ENGINE_COUNTERS> found;
	int count = nuse_engine_port_counters(engine_.get(), name.c_str(), worker_number(info, 1),
					      found.data(), found.size());

	if (count < 0)
		throw Napi::Error::New(info.Env(), describe({}, count));
	return counters_object(info.Env(), std::span(found).first(count));
}

Napi::Value Engine::readLog(const Napi::CallbackInfo &info)
{
	unsigned int worker = worker_number(info, 0);
	std::array<char, 16384> part;
	std::string text;

	while (size_t size = nuse_engine_log_read(engine_.get(), worker, part.data(), part.size()))
		text.append(part.data(), size);
	return Napi::String::New(info.Env(), text);
}

Napi::Value Engine::panic(const Napi::CallbackInfo &info)
{
	ErrorText reason{};

	if (!nuse_engine_panic(engine_.get(), worker_number(info, 0), reason.data(), reason.size()))
		return info.Env().Null();
	return Napi::String::New(info.Env(), reason.data());
}
