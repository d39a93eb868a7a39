// SPDX-License-Identifier: GPL-2.0-only
/* Forwarding: one scenario, on the library and straight after on the host. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "host.h"
#include "result.h"
#include "router.h"

#define ROUTES_SHOWN 10000		/* time the adding of tables of this size */

#define NAME_SIZE 64

static const char *quantity_name(char *name, const struct scenario *scenario, const char *what)
{
	snprintf(name, NAME_SIZE, "%s%s", scenario->name, what);
	return name;
}

static void add(const struct scenario *scenario, const char *what, const char *unit, double value,
		struct wanted wanted)
{
	char name[NAME_SIZE];

	result_add(quantity_name(name, scenario, what), unit, value, wanted);
}

static void add_routes(const struct scenario *scenario, const char *what, uint64_t ns,
		       struct wanted wanted)
{
	if (scenario->routes >= ROUTES_SHOWN)
		add(scenario, what, "s", (double)ns / 1e9, wanted);
}

static int on_library(const struct bench *bench, const struct scenario *scenario, double *rate)
{
	struct flow_result result;
	struct router router;
	int err = router_start(&router, scenario, bench->library);

	if (err)
		return err;
	err = router_flow(&router, bench->warm_up, &result);
	if (!err)
		err = router_flow(&router, bench->seconds, &result);
	router_stop(&router);
	if (err)
		return err;
	*rate = result.rate;
	add(scenario, "", "Mpps", result.rate / 1e6, AT_LEAST(scenario->rate));
	add(scenario, ":ticks", "ticks", result.ticks, ANY);
	add_routes(scenario, ":add-routes", router.route_ns, AT_MOST(1));
	return 0;
}

static int on_host(const struct bench *bench, const struct scenario *scenario,
		   struct host_rate *injected, struct host_rate *sent)
{
	struct host host;
	int err = host_inject_start(&host, scenario);

	if (err)
		return err;
	err = host_inject_flow(&host, bench->warm_up, injected);
	if (!err)
		err = host_inject_flow(&host, bench->seconds, injected);
	if (!err)
		add_routes(scenario, ":host-add-routes", host.route_ns, ANY);
	host_stop(&host);
	if (!err)
		err = host_send_start(&host, scenario);
	if (err)
		return err;
	err = host_send_flow(&host, bench->warm_up, sent);
	if (!err)
		err = host_send_flow(&host, bench->seconds, sent);
	host_stop(&host);
	return err;
}

int measure_forwarding(const struct bench *bench, const struct scenario *scenario)
{
	struct host_rate injected, sent;
	double rate, best;
	int err = on_library(bench, scenario, &rate);

	if (err || !scenario->host || !bench->host)
		return err;
	err = on_host(bench, scenario, &injected, &sent);
	if (err)
		return err;
	best = injected.rate > sent.net ? injected.rate : sent.net;
	add(scenario, ":host-inject", "Mpps", injected.rate / 1e6, ANY);
	add(scenario, ":host-send", "Mpps", sent.rate / 1e6, ANY);
	add(scenario, ":host-send-net", "Mpps", sent.net / 1e6, ANY);
	add(scenario, ":ratio", "x", rate / best, AT_LEAST(scenario->ratio));
	return 0;
}

bool is_forwarding(const char *name)
{
	char prefix[NAME_SIZE];

	if (strstr(name, "add-routes"))
		return false;
	snprintf(prefix, sizeof(prefix), "%s", name);
	prefix[strcspn(prefix, ":")] = 0;
	for (unsigned int i = 0; i < nr_scenarios; i++)
		if (!strcmp(prefix, scenarios[i].name))
			return true;
	return false;
}

static void print_range(FILE *out, const struct scenario *scenario, const char *what)
{
	char name[NAME_SIZE], range[32];
	struct summary sum = result_summary(quantity_name(name, scenario, what));

	snprintf(range, sizeof(range), "(%.2f-%.2f)", sum.min, sum.max);
	fprintf(out, " %6.2f %-13s", sum.median, range);
}

static void print_one(FILE *out, const struct scenario *scenario, const char *what, int digits)
{
	char name[NAME_SIZE];
	struct summary sum = result_summary(quantity_name(name, scenario, what));

	fprintf(out, " %6.*f", digits, sum.median);
}

void print_forwarding(FILE *out)
{
	bool title = false;

	for (unsigned int i = 0; i < nr_scenarios; i++) {
		const struct scenario *scenario = &scenarios[i];
		char name[NAME_SIZE];

		if (!result_summary(scenario->name).nr)
			continue;
		if (!title)
			fprintf(out, "\n%-34s %-20s %6s   %6s %6s %6s   %s\n", "Mpps on one core",
				"library", "ticks", "inject", "send", "net", "library / host");
		title = true;
		fprintf(out, "%-34s", scenario->name);
		print_range(out, scenario, "");
		print_one(out, scenario, ":ticks", 0);
		if (result_summary(quantity_name(name, scenario, ":ratio")).nr) {
			fputs("  ", out);
			print_one(out, scenario, ":host-inject", 2);
			print_one(out, scenario, ":host-send", 2);
			print_one(out, scenario, ":host-send-net", 2);
			print_range(out, scenario, ":ratio");
		}
		result_print_wanted(out, scenario->name);
		if (scenario->ratio)
			result_print_wanted(out, quantity_name(name, scenario, ":ratio"));
		fputc('\n', out);
	}
}

int profile_forwarding(const struct bench *bench, const struct scenario *scenario)
{
	struct flow_result result;
	struct router router;
	int err = router_start(&router, scenario, bench->library);

	if (err)
		return err;
	err = router_flow(&router, bench->warm_up, &result);
	if (!err) {
		/* profile.sh waits for this line. */
		printf("flowing\n");
		fflush(stdout);
		err = router_flow(&router, bench->seconds, &result);
	}
	router_stop(&router);
	if (!err)
		printf("%.0f ticks a frame, %.2f Mpps\n", result.ticks, result.rate / 1e6);
	return err;
}
