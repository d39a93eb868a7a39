// SPDX-License-Identifier: GPL-2.0-only
/* Who a process is, from /proc/PID/status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

int credentials_of(pid_t pid, struct nuse_credentials *creds)
{
	char path[32], line[256];
	unsigned int found = 0;
	unsigned long long caps;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Uid: %*u %u", &creds->uid) == 1)
			found |= 1;
		else if (sscanf(line, "Gid: %*u %u", &creds->gid) == 1)
			found |= 2;
		else if (sscanf(line, "CapEff: %llx", &caps) == 1) {
			creds->caps = caps;
			found |= 4;
		}
	}
	fclose(file);
	return found == 7 ? 0 : -ESRCH;
}
