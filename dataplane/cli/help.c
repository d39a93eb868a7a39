// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "options.h"

const char port_kinds[] = "raw, xdp, tap, dpdk, netmap, memif, pipe";

static const char text[] =
"usage: nuse-engine --port NAME=KIND:DEVICE ... [option ...]\n"
"\n"
"Forwards IPv4 and IPv6 between ports, by Linux running in this process, until\n"
"SIGINT or SIGTERM. Prints \"forwarding\" when it does, counters at the end and on\n"
"SIGUSR1, and at the end what its Linux dropped and why. IPv6 addresses are used\n"
"at once: it is not asked first whether another has them. Options may stand in\n"
"any order.\n"
"\n"
"  --port NAME=KIND:DEVICE    a port, which is the interface NAME\n"
"  --addr NAME=ADDRESS/BITS   an address of a port or VLAN\n"
"  --route NETWORK=GATEWAY[%NAME]   a route; NETWORK may be \"default\"\n"
"  --neigh NAME=ADDRESS,MAC   a neighbour that need not be asked for\n"
"  --vlan NAME=PORT:ID        a VLAN on a port, which is the interface NAME\n"
"  --mtu NAME=BYTES           the MTU of a port, 68 to 65535\n"
"  --mac NAME=MAC             its MAC address\n"
"  --queues NAME=N            its queues for each worker, 1 to 16\n"
"  --rx-list NAME             do not join received frames (GRO): for UDP\n"
"  --sysctl KEY=VALUE         as sysctl(8), of the Linux in this process\n"
"\n"
"  --workers N                that many workers, 1 if not said, each with a\n"
"                             Linux of its own; they share the ports\n"
"  --cpu N[,N...]             the processors they run on, one each\n"
"  --idle poll|adaptive|interrupt   never sleep; sleep when there was no work\n"
"                             for a while (default); sleep whenever there is none\n"
"  --spin-us N                adaptive: that while, microseconds (50)\n"
"  --ram MIB                  memory of each worker's Linux (128)\n"
"  --hugepages auto|never|require\n"
"  --library PATH             liblinux.so; default: $NUSE_LIBLINUX, or that of\n"
"                             the installation\n"
"  --stats SECONDS            print rates that often\n"
"  --log                      print the kernel's log, to standard error\n"
"\n"
"Kinds of ports (docs/ports.md has their options and when to use which):\n"
"  raw:DEVICE                 any network device of the host, by AF_PACKET\n"
"  xdp:DEVICE                 the same by AF_XDP\n"
"  tap:DEVICE                 a device that this makes, the host being its peer\n"
"  dpdk:ADDRESS, dpdk:DRIVER,ARGUMENTS   a device of DPDK\n"
"  netmap:DEVICE              a device, switch or pipe of netmap\n"
"  memif:SOCKET               memory shared with VPP, DPDK or another of these\n"
"  pipe:NAME                  another port of that name in this process\n"
"\n"
"Between two networks:\n"
"  nuse-engine --port a=raw:eth1 --port b=raw:eth2 \\\n"
"      --addr a=192.0.2.1/24 --addr a=2001:db8:1::1/64 \\\n"
"      --addr b=198.51.100.1/24 --addr b=2001:db8:2::1/64\n"
"With a default route, rates every second, on processor 3 at all times:\n"
"  nuse-engine --port lan=raw:eth1 --port wan=raw:eth2 --addr lan=192.0.2.1/24 \\\n"
"      --addr wan=198.51.100.2/30 --route default=198.51.100.1 \\\n"
"      --cpu 3 --idle poll --stats 1\n"
"Between two VLANs of one device, with large frames:\n"
"  nuse-engine --port trunk=raw:eth1 --mtu trunk=9000 \\\n"
"      --vlan red=trunk:10 --addr red=192.0.2.1/24 \\\n"
"      --vlan blue=trunk:20 --addr blue=198.51.100.1/24\n"
"\n"
"Exit status: 0 told to stop, 1 something failed, 2 called wrongly.\n";

void print_help(void)
{
	fputs(text, stdout);
}
