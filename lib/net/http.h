/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam to the network: one GET over HTTPS, by libcurl (http_curl.c) or, in a build
 * without it, not at all (http_none.c).  Nothing is followed, repeated or kept here.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct http_request - what is asked for, and of whom
 * @url:	https://...
 * @proxy:	as libcurl has it; NULL: what the environment says
 * @tls_ca:	file with the authorities for TLS, NULL for the system's
 * @client_cert, @client_key: files, PEM, of who asks; or NULL
 * @timeout_seconds: for all of it
 * @max:	bytes that the answer can have
 */
struct http_request {
	const char *url, *proxy, *tls_ca, *client_cert, *client_key;
	unsigned int timeout_seconds;
	size_t max;
};

/**
 * struct http_answer - what came
 * @status:	of HTTP, 0 if it did not come to that
 * @body:	to be freed, with a NUL behind it; NULL unless @status is 200
 * @size:	of it
 * @retry_after: seconds to wait, as the server wants it; 0: it does not say
 * @why:	what went wrong, a sentence without a full stop
 */
struct http_answer {
	long status;
	uint8_t *body;
	size_t size;
	uint64_t retry_after;
	char why[384];
};

/**
 * http_get - ask for something
 * @request:	for what
 * @answer:	result
 * Return: 0 with any @status; -EAGAIN (may go better another time: time out, no connection,
 * cut off), -EACCES (TLS: the server's certificate, or ours), -EFBIG, -ENOENT (a
 * file of @request), -EOPNOTSUPP (this build can do none), -ENOMEM, -EIO
 */
int http_get(const struct http_request *request, struct http_answer *answer);

#endif
