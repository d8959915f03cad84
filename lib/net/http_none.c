// SPDX-License-Identifier: GPL-2.0-or-later
/* A build without libcurl asks nobody */
#include <errno.h>
#include <stdio.h>

#include "lib/net/http.h"

int http_get(const struct http_request *request, struct http_answer *answer)
{
	(void)request;
	*answer = (struct http_answer){ .status = 0 };
	snprintf(answer->why, sizeof(answer->why), "this build of sevadm has no libcurl");
	return -EOPNOTSUPP;
}
