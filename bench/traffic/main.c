// SPDX-License-Identifier: GPL-2.0-only
/* nuse-bench-traffic: generator and sink of the forwarding benchmarks. */
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "trial.h"

static struct traffic_port *open_port(const char *spec)
{
	struct traffic_port *port;
	char error[256];

	if (!traffic_port_open(spec, frame_longest(), &port, error, sizeof(error)))
		return port;
	fprintf(stderr, "nuse-bench-traffic: %s\n", error);
	exit(4);
}

static void print_latency(const struct histogram *h)
{
	const char *comma = "";

	printf("\"latency_ns\":{\"p50\":%lu,\"p99\":%lu,\"p99.9\":%lu,\"max\":%lu,\"counts\":[",
	       histogram_quantile(h, 0.5), histogram_quantile(h, 0.99),
	       histogram_quantile(h, 0.999), h->max);
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		printf("%s[%lu,%lu]", comma, histogram_bound(i), h->counts[i]);
		comma = ",";
	}
	printf("]}");
}

static void print_result(const struct trial_result *r, const double *no_drop)
{
	printf("{\"seconds\":%.6f,\"sent\":%lu,\"refused\":%lu,", r->seconds, r->sent, r->refused);
	for (int i = 0; i < FRAME_VERDICTS; i++)
		printf("\"%s\":%lu,", frame_verdicts[i], r->received[i]);
	printf("\"bytes\":%lu,\"reordered\":%lu,\"repeated\":%lu,\"missed\":%lu,\"loss\":%.9f,"
	       "\"rate\":%.1f,", r->bytes, r->reordered, r->repeated, r->missed, trial_loss(r),
	       r->rx_rate);
	if (no_drop)
		printf("\"no_drop_rate\":%.1f,", *no_drop);
	print_latency(&r->latency);
	printf("}\n");
}

int main(int argc, char **argv)
{
	static struct trial_result result;
	struct trial_plan plan;
	struct options options;
	unsigned int flows;
	double rate;

	options_read(argc, argv, &options);
	flows = options.frames.flows;
	plan = (struct trial_plan){
		.out = open_port(options.out), .rate = options.rate, .seconds = options.seconds,
		.routed = options.routed, .single = options.single,
	};
	plan.in = options.in ? open_port(options.in) : plan.out;
	trial_run(&plan, flows, &result);
	if (options.no_drop)
		rate = trial_no_drop_rate(plan, flows, (double)result.sent / result.seconds,
					  options.allowed, &result);
	print_result(&result, options.no_drop ? &rate : NULL);
	if (plan.in != plan.out)
		plan.in->ops->close(plan.in);
	plan.out->ops->close(plan.out);
	return 0;
}
