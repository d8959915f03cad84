// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By libcurl, which is loaded when something is asked for: a program that takes firmware
 * down as root, or runs in a crash kernel, has nothing to do with it and its thirty libraries.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/net/http.h"
#include "lib/util/text.h"

#define LIBRARY "libcurl.so.4"

static struct {
	typeof(curl_global_init) *global_init;
	typeof(curl_easy_init) *init;
	typeof(curl_easy_setopt) *setopt;
	typeof(curl_easy_perform) *perform;
	typeof(curl_easy_getinfo) *getinfo;
	typeof(curl_easy_cleanup) *cleanup;
	typeof(curl_easy_strerror) *strerror;
} lib;

static bool loaded;

/* Once, whichever thread is first: it stays until the program ends */
static void load(void)
{
	static const struct {
		const char *name;
		void *to;
	} functions[] = {
		{ "curl_global_init", &lib.global_init }, { "curl_easy_init", &lib.init },
		{ "curl_easy_setopt", &lib.setopt }, { "curl_easy_perform", &lib.perform },
		{ "curl_easy_getinfo", &lib.getinfo }, { "curl_easy_cleanup", &lib.cleanup },
		{ "curl_easy_strerror", &lib.strerror },
	};
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(handle, functions[i].name);

		if (!function) {
			dlclose(handle);
			return;
		}
		memcpy(functions[i].to, &function, sizeof(function));
	}
	loaded = !lib.global_init(CURL_GLOBAL_DEFAULT);
}

static bool is_loaded(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	return !pthread_once(&once, load) && loaded;
}

/* What has come so far, and no more than @request allows */
struct body {
	const struct http_request *request;
	CURL *curl;
	uint8_t *bytes;
	size_t size, room;
	bool too_much;
};

static long status_of(CURL *curl)
{
	long status = 0;

	lib.getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t receive(char *data, size_t one, size_t nr, void *arg)
{
	struct body *body = arg;
	size_t size = one * nr;

	/* what an error looks like is no data, however much there is of it */
	if (status_of(body->curl) != 200)
		return size;
	if (size > body->request->max - body->size) {
		body->too_much = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (body->size + size + 1 > body->room) {
		size_t room = 2 * (body->size + size + 1);
		uint8_t *larger = realloc(body->bytes, room);

		if (!larger)
			return CURL_WRITEFUNC_ERROR;
		body->bytes = larger;
		body->room = room;
	}
	memcpy(body->bytes + body->size, data, size);
	body->size += size;
	body->bytes[body->size] = '\0';
	return size;
}

/* libcurl's own sentence may have the server's words in it */
static int fail(struct http_answer *answer, int err, CURLcode code, const char *detail)
{
	char text[256];

	snprintf(answer->why, sizeof(answer->why), "%s",
		 text_escape(*detail ? detail : lib.strerror(code), text, sizeof(text)));
	return err;
}

static int tell_failure(CURLcode code, const struct body *body, const char *detail,
			struct http_answer *answer)
{
	switch (code) {
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		if (code == CURLE_WRITE_ERROR && !body->too_much)
			return fail(answer, -ENOMEM, CURLE_OUT_OF_MEMORY, "");
		snprintf(answer->why, sizeof(answer->why),
			 "the answer is too large: more than %zu bytes", body->request->max);
		return -EFBIG;
	case CURLE_PARTIAL_FILE:
		snprintf(answer->why, sizeof(answer->why),
			 "the answer was cut off after %zu bytes", body->size);
		return -EAGAIN;
	case CURLE_OPERATION_TIMEDOUT:
		snprintf(answer->why, sizeof(answer->why), "no answer within %u s",
			 body->request->timeout_seconds);
		return -EAGAIN;
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return fail(answer, -EAGAIN, code, detail);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
		return fail(answer, -EACCES, code, detail);
	default:
		return fail(answer, -EIO, code, detail);
	}
}

/* libcurl says of a file that is not there that there is something about it */
static int check_files(const struct http_request *request, struct http_answer *answer)
{
	const char *files[] = { request->tls_ca, request->client_cert, request->client_key };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char text[256];

		if (!files[i] || !access(files[i], R_OK))
			continue;
		snprintf(answer->why, sizeof(answer->why), "read %s: %s (%s)",
			 text_escape(files[i], text, sizeof(text)), strerror(errno),
			 strerrorname_np(errno));
		return -ENOENT;
	}
	return 0;
}

static bool set_up(CURL *curl, const struct http_request *request, struct body *body, char *detail)
{
	CURLcode bad = CURLE_OK;

#define SET(option, value) (bad = bad ? bad : lib.setopt(curl, option, value))
	SET(CURLOPT_URL, request->url);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_USERAGENT, "sevadm");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT, (long)request->timeout_seconds);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max);
	SET(CURLOPT_WRITEFUNCTION, receive);
	SET(CURLOPT_WRITEDATA, body);
	SET(CURLOPT_ERRORBUFFER, detail);
	if (request->proxy)
		SET(CURLOPT_PROXY, request->proxy);
	if (request->tls_ca) {
		/* those alone, not the system's beside them */
		SET(CURLOPT_CAINFO, request->tls_ca);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (request->client_cert)
		SET(CURLOPT_SSLCERT, request->client_cert);
	if (request->client_key)
		SET(CURLOPT_SSLKEY, request->client_key);
#undef SET
	return !bad;
}

static void tell_answer(CURL *curl, struct body *body, struct http_answer *answer)
{
	curl_off_t wait = 0;

	answer->status = status_of(curl);
	if (!lib.getinfo(curl, CURLINFO_RETRY_AFTER, &wait) && wait > 0)
		answer->retry_after = (uint64_t)wait;
	if (answer->status != 200)
		return;
	answer->body = body->bytes;
	answer->size = body->size;
	body->bytes = NULL;
}

int http_get(const struct http_request *request, struct http_answer *answer)
{
	char detail[CURL_ERROR_SIZE] = "";
	struct body body = { .request = request };
	CURLcode code;
	CURL *curl;
	int ret;

	*answer = (struct http_answer){ .status = 0 };
	ret = check_files(request, answer);
	if (ret)
		return ret;
	if (!is_loaded()) {
		snprintf(answer->why, sizeof(answer->why), "there is no " LIBRARY " on this system");
		return -EOPNOTSUPP;
	}
	curl = lib.init();
	if (!curl || !set_up(curl, request, &body, detail)) {
		ret = fail(answer, -EIO, CURLE_FAILED_INIT, detail);
	} else {
		body.curl = curl;
		code = lib.perform(curl);
		if (!code || (code == CURLE_FILESIZE_EXCEEDED && status_of(curl) != 200))
			tell_answer(curl, &body, answer);
		else
			ret = tell_failure(code, &body, detail, answer);
	}
	if (curl)
		lib.cleanup(curl);
	free(body.bytes);
	return ret;
}
