/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H
#include <stdbool.h>
#include <stddef.h>
double median(double *values, size_t n);
#endif
