// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "result.h"

#define QUANTITIES 400

static struct quantity {
	char name[64];
	const char *unit;
	struct wanted wanted;
	unsigned int nr;
	double values[ROUNDS_MAX];	/* in order of the rounds */
} quantities[QUANTITIES];

static unsigned int nr_quantities;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double percentile(double *values, size_t n, double part)
{
	qsort(values, n, sizeof(*values), compare);
	return values[(size_t)((double)(n - 1) * part + 0.5)];
}

double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static struct quantity *find(const char *name)
{
	for (unsigned int i = 0; i < nr_quantities; i++)
		if (!strcmp(quantities[i].name, name))
			return &quantities[i];
	return NULL;
}

void result_add(const char *name, const char *unit, double value, struct wanted wanted)
{
	struct quantity *quantity = find(name);

	if (!quantity && nr_quantities < QUANTITIES) {
		quantity = &quantities[nr_quantities++];
		snprintf(quantity->name, sizeof(quantity->name), "%s", name);
		quantity->unit = unit;
		quantity->wanted = wanted;
	}
	if (quantity && quantity->nr < ROUNDS_MAX)
		quantity->values[quantity->nr++] = value;
}

static struct summary summarise(const struct quantity *quantity)
{
	const struct wanted *wanted = &quantity->wanted;
	double sorted[ROUNDS_MAX];
	struct summary sum = { .nr = quantity->nr, .verdict = "" };

	memcpy(sorted, quantity->values, sizeof(sorted));
	sum.median = median(sorted, quantity->nr);
	sum.min = sorted[0];
	sum.max = sorted[quantity->nr - 1];
	if (wanted->at_least)
		sum.verdict = sum.median >= wanted->at_least ? "ok" : "MISSED";
	else if (wanted->at_most)
		sum.verdict = sum.median <= wanted->at_most ? "ok" : "MISSED";
	return sum;
}

struct summary result_summary(const char *name)
{
	const struct quantity *quantity = find(name);

	return quantity ? summarise(quantity) : (struct summary){ .nr = 0 };
}

void result_print_wanted(FILE *out, const char *name)
{
	const struct quantity *quantity = find(name);

	if (!quantity)
		return;
	if (quantity->wanted.at_least)
		fprintf(out, "  >= %g", quantity->wanted.at_least);
	else if (quantity->wanted.at_most)
		fprintf(out, "  <= %g", quantity->wanted.at_most);
	else
		return;
	fprintf(out, " %s", summarise(quantity).verdict);
}

void result_print(FILE *out, bool (*shown)(const char *name))
{
	for (unsigned int i = 0; i < nr_quantities; i++) {
		const struct quantity *quantity = &quantities[i];
		struct summary sum = summarise(quantity);

		if (!shown(quantity->name))
			continue;
		fprintf(out, "%-38s %9.4g %-4s (%.4g to %.4g)", quantity->name, sum.median,
			quantity->unit, sum.min, sum.max);
		result_print_wanted(out, quantity->name);
		fputc('\n', out);
	}
}

void json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", *text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

void result_print_json(FILE *out)
{
	for (unsigned int i = 0; i < nr_quantities; i++) {
		const struct quantity *quantity = &quantities[i];
		struct summary sum = summarise(quantity);

		fprintf(out, "{\"type\":\"quantity\",\"name\":");
		json_string(out, quantity->name);
		fprintf(out, ",\"unit\":\"%s\",\"median\":%.6g,\"min\":%.6g,\"max\":%.6g",
			quantity->unit, sum.median, sum.min, sum.max);
		fputs(",\"values\":[", out);
		for (unsigned int v = 0; v < quantity->nr; v++)
			fprintf(out, "%s%.6g", v ? "," : "", quantity->values[v]);
		fprintf(out, "]");
		if (quantity->wanted.at_least)
			fprintf(out, ",\"at_least\":%g", quantity->wanted.at_least);
		if (quantity->wanted.at_most)
			fprintf(out, ",\"at_most\":%g", quantity->wanted.at_most);
		fprintf(out, "}\n");
	}
}
