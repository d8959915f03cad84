// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/attest/launch_refuse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int launch_refuse(struct sevadm_failure *failure, enum sevadm_class kind, int err,
		  const char *format, ...)
{
	va_list args;

	*failure = (struct sevadm_failure){ .kind = kind, .err = err, .status = SEVADM_NO_FW_CALL };
	va_start(args, format);
	vsnprintf(failure->message, sizeof(failure->message), format, args);
	va_end(args);
	return -err;
}

int launch_crypto(struct sevadm_failure *failure, int ret)
{
	if (!ret)
		return 0;
	return launch_refuse(failure, SEVADM_FAILED, EIO, "libcrypto cannot calculate a digest");
}
