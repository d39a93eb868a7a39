# SPDX-License-Identifier: GPL-2.0-only
nuse_test(lab test_lab.c LABELS lab)
