#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Where the time of a forwarded frame goes: the top functions with their shares
# and ticks of the time stamp counter. Wants linux-perf, and liblinux.so.debug
# beside liblinux.so (perf finds it by the name in .gnu_debuglink).
#
#   profile.sh BUILD/kernel/nuse-bench-kernel [SCENARIO [SECONDS [LINES]]]
set -eu

bench=${1:?usage: profile.sh NUSE-BENCH-KERNEL [SCENARIO [SECONDS [LINES]]]}
scenario=${2:-ipv4/1k-flows}
seconds=${3:-5}
lines=${4:-15}

work=$(mktemp -d)
bench_pid=
trap '[ -z "$bench_pid" ] || kill "$bench_pid" 2>/dev/null || :; rm -rf "$work"' EXIT

: >"$work/out"
"$bench" --profile "$scenario" --seconds "$((seconds + 5))" >"$work/out" &
bench_pid=$!

# Not a sample of the set-up: it says when frames flow. And none of the host's
# kernel (:u): that runs only when something else took the processor.
until grep -q flowing "$work/out"; do
	kill -0 "$bench_pid" 2>/dev/null || { wait "$bench_pid" || exit; }
	sleep 0.1
done
perf record -q -e cpu-clock:u -F 5000 -o "$work/data" -p "$bench_pid" -- sleep "$seconds"
wait "$bench_pid"
bench_pid=

tail -n 1 "$work/out"
ticks=$(tail -n 1 "$work/out" | cut -d' ' -f1)
perf report -i "$work/data" --stdio --no-children -g none -F overhead,dso,symbol 2>/dev/null |
	awk -v ticks="$ticks" -v lines="$lines" '
		!/^#/ && $1 ~ /%$/ {
			share = $1 + 0
			if (++n <= lines)
				printf "%6.2f %% %7.1f ticks  %s (%s)\n", share, share * ticks / 100, $4, $2
			else
				rest += share
		}
		END { printf "%6.2f %% %7.1f ticks  the rest\n", rest, rest * ticks / 100 }'
