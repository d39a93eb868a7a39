// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces inside of one instance, joined by veth. */
#include <errno.h>
#include <fcntl.h>
#include <linux/veth.h>
#include <sched.h>
#include <string.h>

#include "net/room.h"
#include "support/rtnl.h"
#include "support/sock.h"

/* veth0 here, with its peer eth0 in the room. */
static void fill_peer(struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg header = { 0 };
	struct nlattr *peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);

	memcpy(mnl_nlmsg_get_payload_tail(nlh), &header, sizeof(header));
	nlh->nlmsg_len += MNL_ALIGN(sizeof(header));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0");
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)((struct room *)arg)->fd);
	mnl_attr_nest_end(nlh, peer);
}

static int configure(struct room *room)
{
	dev_setup(room->node, "eth0", "10.8.0.2/24", NULL);
	return 0;
}

static int answer(struct room *room)
{
	int fd = udp_socket(room->node, "10.8.0.2:7");
	char text[16];
	const char *from;
	long len = must(sock_recvfrom(room->node, fd, text, sizeof(text), &from));

	assert_string_equal(from, "10.8.0.1:9");
	must(sock_sendto(room->node, fd, text, (size_t)len, from));
	sock_close(room->node, fd);
	return (int)len;
}

static void make_joined(struct room *room, struct lab_node *node)
{
	room_enter(room, node);
	must(link_add(node, "veth0", "veth", NULL, fill_peer, room));
	dev_setup(node, "veth0", "10.8.0.1/24", NULL);
	assert_int_equal(room_do(room, configure), 0);
}

static void namespaces_talk_over_a_veth(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	struct room room;
	char text[16] = "";
	int fd;

	make_joined(&room, node);
	fd = udp_socket(node, "10.8.0.1:9");
	room.errand = answer;
	lab_run(*state, 10 * MS);
	must(sock_sendto(node, fd, "over there", 10, "10.8.0.2:7"));
	lab_run(*state, SEC);
	assert_int_equal(sock_recv(node, fd, text, sizeof(text), MSG_DONTWAIT), 10);
	assert_string_equal(text, "over there");
	assert_int_equal(room.result, 10);
	room_leave(&room);
}

static int count_links(struct room *room)
{
	return rtnl_dump(room->node, RTM_GETLINK, AF_UNSPEC, NULL, NULL);
}

static int bind_port(struct room *room)
{
	int fd = (int)must(sock_open(room->node, AF_INET, SOCK_DGRAM, 0));
	int result = (int)sock_bind(room->node, fd, "127.0.0.1:7");

	sock_close(room->node, fd);
	return result;
}

static int set_ttl(struct room *room)
{
	return (int)sysctl_set(room->node, "net.ipv4.ip_default_ttl", "33");
}

static void a_namespace_has_devices_ports_and_settings_of_its_own(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	struct room room;
	int here;

	must(link_add(node, "dummy0", "dummy", NULL, NULL, NULL));
	here = (int)must(rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL));
	assert_true(here >= 2);
	room_enter(&room, node);
	assert_int_equal(room_do(&room, count_links), 1);
	assert_int_equal(rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL), here);
	udp_socket(node, "127.0.0.1:7");
	assert_int_equal(room_do(&room, bind_port), 0);
	assert_int_equal(room_do(&room, set_ttl), 0);
	assert_string_equal(sysctl_get(node, "net.ipv4.ip_default_ttl"), "64");
	room_leave(&room);
}

static int visit(struct lab_node *node, void *arg)
{
	struct room *room = arg;
	int home = (int)must(node_call(node, SYS_openat, AT_FDCWD, "/proc/thread-self/ns/net",
				       O_RDONLY, 0));
	int before = rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL), there;

	must(node_call(node, SYS_setns, room->fd, CLONE_NEWNET));
	there = rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL);
	must(node_call(node, SYS_setns, home, CLONE_NEWNET));
	assert_int_equal(rtnl_dump(node, RTM_GETLINK, AF_UNSPEC, NULL, NULL), before);
	return there;
}

static void setns_goes_there_and_back(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	struct room room;

	must(link_add(node, "dummy0", "dummy", NULL, NULL, NULL));
	room_enter(&room, node);
	assert_int_equal(lab_do(node, visit, &room), 1);
	room_leave(&room);
}

static void fill_ns(struct nlmsghdr *nlh, void *arg)
{
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)((struct room *)arg)->fd);
}

static void a_port_moves_into_a_namespace(void **state)
{
	struct lab_node *a = lab_node(*state, "a"), *b = lab_node(*state, "b");
	char text[16] = "";
	struct room room;
	int fd;

	lab_link(a, "eth0", b, "eth0", NULL);
	room_enter(&room, b);
	must(link_set(b, "eth0", fill_ns, &room));
	rtnl_quiet(true);
	must_fail(link_index(b, "eth0"), ENODEV);
	rtnl_quiet(false);
	assert_int_equal(room_do(&room, configure), 0);
	dev_setup(a, "eth0", "10.8.0.1/24", NULL);
	fd = udp_socket(a, "10.8.0.1:9");
	room.errand = answer;
	lab_run(*state, 10 * MS);
	must(sock_sendto(a, fd, "far away", 8, "10.8.0.2:7"));
	lab_run(*state, SEC);
	assert_int_equal(sock_recv(a, fd, text, sizeof(text), MSG_DONTWAIT), 8);
	assert_string_equal(text, "far away");
	room_leave(&room);
	assert_true(link_index(b, "eth0") > 0);	/* a port is not lost: it comes back */
}

static void with_its_last_user_a_namespace_and_its_veth_go(void **state)
{
	struct lab_node *node = lab_node(*state, "a");
	struct room room;

	make_joined(&room, node);
	assert_true(link_index(node, "veth0") > 0);
	room_leave(&room);
	must_fail(link_index(node, "veth0"), ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lab_test(namespaces_talk_over_a_veth),
		lab_test(a_namespace_has_devices_ports_and_settings_of_its_own),
		lab_test(setns_goes_there_and_back),
		lab_test(a_port_moves_into_a_namespace),
		lab_test(with_its_last_user_a_namespace_and_its_veth_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
