/* SPDX-License-Identifier: GPL-2.0-only */
/* What headers_install takes out of the kernel's headers. */
#define __user
#define __force
#define __counted_by(x)
#define __counted_by_le(x)
#define __counted_by_be(x)
