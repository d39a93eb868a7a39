# SPDX-License-Identifier: GPL-2.0-only
nuse_test(sockets test_sockets.c LABELS sockets)
nuse_test(sockets_unix test_sockets_unix.c LABELS sockets)
nuse_test(sockets_wait test_sockets_wait.c LABELS sockets)
