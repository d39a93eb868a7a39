// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <array>
#include <string>

#include "client.h"
#include "instance_data.h"
#include "work.h"

void Engine::define(Napi::Env env)
{
	env.GetInstanceData<InstanceData>()->engine = Napi::Persistent(DefineClass(
		env, "Engine",
		{
			InstanceMethod<&Engine::start>("start"),
			InstanceMethod<&Engine::stop>("stop"),
			InstanceMethod<&Engine::addPort>("addPort"),
			InstanceMethod<&Engine::removePort>("removePort"),
			InstanceMethod<&Engine::openClient>("openClient"),
			InstanceMethod<&Engine::counters>("counters"),
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
		throw Napi::TypeError::New(env, "new Engine({ library, commandLine, memory, cpu, idle })");

	auto options = info[0].As<Napi::Object>();
	std::string library = options.Get("library").ToString();
	std::string command_line = options.Get("commandLine").ToString();
	struct nuse_engine_config config = {};
	struct nuse_engine *engine;
	ErrorText error;

	config.library = library.c_str();
	config.name = "nuse-worker";
	config.cmdline = command_line.c_str();
	config.ram_size = static_cast<uint64_t>(options.Get("memory").ToNumber().Int64Value());
	config.cpu = options.Get("cpu").ToNumber();
	config.idle = idle_policy(env, options.Get("idle").ToString());

	int err = nuse_engine_create(&config, &engine, error.data(), error.size());

	if (err < 0)
		throw Napi::Error::New(env, describe(error, err));
	engine_ = std::shared_ptr<struct nuse_engine>(engine, nuse_engine_destroy);
}

Napi::Value Engine::start(const Napi::CallbackInfo &info)
{
	return Work::begin(info.Env(), [engine = engine_](ErrorText &error) {
		return nuse_engine_start(engine.get(), error.data(), error.size());
	});
}

Napi::Value Engine::stop(const Napi::CallbackInfo &info)
{
	return Work::begin(info.Env(), [engine = engine_](ErrorText &) {
		nuse_engine_stop(engine.get());
		return 0;
	});
}

/* addPort(name, device, queues): the interface's index */
Napi::Value Engine::addPort(const Napi::CallbackInfo &info)
{
	if (!info[0].IsString() || !info[1].IsString() || !info[2].IsNumber())
		throw Napi::TypeError::New(info.Env(), "addPort(name, device, queues)");

	std::string name = info[0].ToString();
	std::string spec = info[1].ToString();
	unsigned int queues = info[2].ToNumber();

	return Work::begin(info.Env(), [engine = engine_, name, spec, queues](ErrorText &error) {
		struct nuse_engine_port port = {};

		port.name = name.c_str();
		port.spec = spec.c_str();
		port.queues = queues;
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

Napi::Value Engine::openClient(const Napi::CallbackInfo &info)
{
	return Client::open(info.Env(), engine_);
}

/* The names of struct nuse_worker_counters, in its order. */
static constexpr std::array worker_names = {
	"turns", "empty_turns", "sleeps", "control_calls", "busy_ticks", "idle_ticks",
	"longest_turn_ticks", "ticks_per_second", "running",
};

static Napi::Object counters_object(Napi::Env env, Napi::Array names, Napi::ArrayBuffer memory)
{
	Napi::Object counters = Napi::Object::New(env);

	counters.Set("names", names);
	counters.Set("values", Napi::BigUint64Array::New(env, names.Length(), memory, 0));
	return counters;
}

/* The worker's own memory: to be read only, and always up to date. */
Napi::Value Engine::counters(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();

	if (!counters_.IsEmpty())
		return counters_.Value();

	auto *counters = const_cast<struct nuse_worker_counters *>(nuse_engine_counters(engine_.get()));
	auto *kept = new std::shared_ptr<struct nuse_engine>(engine_);
	Napi::Array names = Napi::Array::New(env, worker_names.size());

	for (uint32_t i = 0; i < worker_names.size(); i++)
		names.Set(i, worker_names[i]);
	counters_ = Napi::Persistent(counters_object(env, names, Napi::ArrayBuffer::New(
		env, counters, worker_names.size() * sizeof(uint64_t),
		[kept](Napi::Env, void *) { delete kept; })));
	return counters_.Value();
}

/* A copy of a port's counters at this moment. */
Napi::Value Engine::portCounters(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	std::string name = info[0].ToString();
	std::array<struct nuse_engine_counter, 64> found;
	int count = nuse_engine_port_counters(engine_.get(), name.c_str(), found.data(), found.size());

	if (count < 0)
		throw Napi::Error::New(env, describe({}, count));

	Napi::Array names = Napi::Array::New(env, count);
	Napi::ArrayBuffer memory = Napi::ArrayBuffer::New(env, count * sizeof(uint64_t));

	for (int i = 0; i < count; i++) {
		names.Set(i, found[i].name);
		static_cast<uint64_t *>(memory.Data())[i] = found[i].value;
	}
	return counters_object(env, names, memory);
}

Napi::Value Engine::readLog(const Napi::CallbackInfo &info)
{
	std::array<char, 16384> part;
	std::string text;

	while (size_t size = nuse_engine_log_read(engine_.get(), part.data(), part.size()))
		text.append(part.data(), size);
	return Napi::String::New(info.Env(), text);
}

Napi::Value Engine::panic(const Napi::CallbackInfo &info)
{
	ErrorText reason{};

	if (!nuse_engine_panic(engine_.get(), reason.data(), reason.size()))
		return info.Env().Null();
	return Napi::String::New(info.Env(), reason.data());
}
