// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One object of the key distribution service: out of the cache or over the network, with as
 * many attempts as may help, and looked at by who knows what it should be.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/kds/cache.h"
#include "lib/net/http.h"
#include "sevadm.h"

#define RETRY_AFTER_MAX	120	/* who wants us to wait longer does not want us now */
#define BACK_OFF_MAX	32	/* seconds, doubled from one on */

struct get {
	const struct sevadm_kds_options *options;
	struct sevadm_kds_object *object;
	struct sevadm_failure *failure;
	size_t max;
	int (*check)(void *arg, const uint8_t *data, size_t size, struct sevadm_failure *failure);
	void *arg;
};

__attribute__((format(printf, 5, 6)))
static int fail(struct get *g, enum sevadm_class kind, int err, const char *remedy,
		const char *format, ...)
{
	struct sevadm_failure *f = g->failure;
	va_list ap;

	*f = (struct sevadm_failure){ .kind = kind, .err = err, .status = SEVADM_NO_FW_CALL };
	va_start(ap, format);
	vsnprintf(f->message, sizeof(f->message), format, ap);
	va_end(ap);
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	return -err;
}

__attribute__((format(printf, 2, 3)))
static void tell(const struct get *g, const char *format, ...)
{
	char text[1280];
	va_list ap;

	if (!g->options->tell)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	g->options->tell(g->options->arg, text);
}

/* The path of @url at another host; the port goes with the host */
static int place(struct get *g, const char *url)
{
	const char *base = g->options->base_url, *path = strstr(url, "://");
	size_t len = base ? strlen(base) : 0;
	int n;

	path = path ? strchr(path + 3, '/') : NULL;
	while (len && base[len - 1] == '/')
		len--;
	if (len && path)
		n = snprintf(g->object->url, sizeof(g->object->url), "%.*s%s", (int)len, base, path);
	else
		n = snprintf(g->object->url, sizeof(g->object->url), "%s", url);
	if (n < 0 || (size_t)n >= sizeof(g->object->url))
		return fail(g, SEVADM_FAILED, ENAMETOOLONG, NULL, "the address is too long: %.100s...",
			    g->object->url);
	return 0;
}

/* ------------------------------------------------------------------ attempts */

/*
 * As long as the server wants, or twice as long each time; and a little more, so that not
 * all hosts of a rack come back at once
 */
static void wait_for(struct get *g, uint64_t retry_after, unsigned int nr, const char *why)
{
	uint64_t back_off = nr < 5 ? 1ULL << nr : BACK_OFF_MAX, ms;
	struct timespec left;
	uint8_t chance = 0;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = 128;
	ms = 1000 * (retry_after ? retry_after : back_off);
	ms += ms / 4 * chance / 256;
	tell(g, "%s: %s; again in %" PRIu64 ".%" PRIu64 " s", g->object->url, why, ms / 1000,
	     ms % 1000 / 100);
	left = (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000) * 1000000 };
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* It did not come to an answer */
static int tell_error(struct get *g, int err, const char *why)
{
	const char *url = g->object->url, *remedy = NULL;

	switch (err) {
	case EOPNOTSUPP:
		return fail(g, SEVADM_ABSENT, err, "Print the addresses with `sevadm certs url`, and "
			    "fetch them elsewhere.", "nothing can be fetched: %s", why);
	case EACCES:
		remedy = "Give the authority of the server's TLS certificate with --tls-ca, if it is "
			 "none that this system knows.";
		return fail(g, SEVADM_FAILED, EPROTO, remedy, "fetch %s: TLS: %s", url, why);
	case ENOENT:
		return fail(g, SEVADM_FAILED, err, NULL, "%s", why);
	case EAGAIN:
		return fail(g, SEVADM_FAILED, EIO, "Check the network and --proxy, and try again "
			    "later.", "fetch %s: %s, after %u attempt%s", url, why,
			    g->object->requests, g->object->requests == 1 ? "" : "s");
	default:
		return fail(g, SEVADM_FAILED, err, err == EIO ? "Check the network and --proxy." : NULL,
			    "fetch %s: %s", url, why);
	}
}

/* An answer of another status than 200 */
static int tell_status(struct get *g, const struct http_answer *a)
{
	const char *url = g->object->url;

	if (a->status == 404)
		return fail(g, SEVADM_ABSENT, ENOENT, NULL, "fetch %s: the server has no such thing "
			    "(HTTP 404)", url);
	if (a->status == 429 && a->retry_after)
		return fail(g, SEVADM_BUSY, EBUSY, "Try again then.", "fetch %s: too many requests, the "
			    "server says, and wants %" PRIu64 " s to pass (HTTP 429)", url,
			    a->retry_after);
	if (a->status == 429)
		return fail(g, SEVADM_BUSY, EBUSY, "Try again later; `--retries` waits longer.",
			    "fetch %s: too many requests, the server says (HTTP 429)", url);
	if (a->status >= 300 && a->status < 400)
		return fail(g, SEVADM_FAILED, EPROTO, "Give the right address with --base-url.",
			    "fetch %s: the server sends us elsewhere (HTTP %ld), which is not followed",
			    url, a->status);
	return fail(g, SEVADM_FAILED, EPROTO, a->status >= 500 ? "Try again later." : NULL,
		    "fetch %s: the server refused (HTTP %ld)", url, a->status);
}

/* Is there to be another attempt?  Then it was waited for */
static bool again(struct get *g, int ret, const struct http_answer *a)
{
	unsigned int nr = g->object->requests - 1;
	bool busy = !ret && a->status == 429, broken = !ret && a->status >= 500;
	char why[64];

	if (nr >= g->options->retries || (ret != -EAGAIN && !busy && !broken) ||
	    a->retry_after > RETRY_AFTER_MAX)
		return false;
	snprintf(why, sizeof(why), "HTTP %ld", a->status);
	wait_for(g, a->retry_after, nr, ret ? a->why : why);
	return true;
}

static int fetch(struct get *g)
{
	const struct sevadm_kds_options *o = g->options;
	const struct http_request request = {
		.url = g->object->url, .proxy = o->proxy, .tls_ca = o->tls_ca,
		.client_cert = o->client_cert, .client_key = o->client_key,
		.timeout_seconds = o->timeout_seconds, .max = g->max,
	};
	struct http_answer answer;
	int ret;

	do {
		g->object->requests++;
		ret = http_get(&request, &answer);
	} while (again(g, ret, &answer));
	if (ret)
		return tell_error(g, -ret, answer.why);
	if (answer.status != 200)
		return tell_status(g, &answer);
	g->object->data = answer.body;
	g->object->size = answer.size;
	if (!answer.size)
		return fail(g, SEVADM_FAILED, ENODATA, NULL, "fetch %s: the answer is empty",
			    g->object->url);
	return 0;
}

/* -------------------------------------------------------------------- cache */

static void forget(struct get *g)
{
	free(g->object->data);
	g->object->data = NULL;
	g->object->size = 0;
	g->object->cached = false;
}

/* Is it there, and still what it should be?  Else @failure says why not */
static int take_cached(struct get *g)
{
	struct sevadm_kds_object *object = g->object;
	int ret = cache_read(g->options->cache, object->url, g->max, &object->data, &object->size);

	if (ret == -EPERM)
		tell(g, "the cache %s is not used: others than you can write to it",
		     g->options->cache);
	if (ret)
		return fail(g, SEVADM_ABSENT, ENOENT, "Do it without --offline once.",
			    "%s is not in the cache, and nothing is fetched", object->url);
	object->cached = true;
	ret = g->check(g->arg, object->data, object->size, g->failure);
	if (!ret)
		return 0;
	tell(g, "what the cache has of %s is not used: %s", object->url, g->failure->message);
	forget(g);
	return ret;
}

static void keep(struct get *g)
{
	struct sevadm_kds_object *object = g->object;
	int ret = cache_write(g->options->cache, object->url, object->data, object->size);

	if (ret)
		tell(g, "%s is not kept in the cache %s: %s", object->url, g->options->cache,
		     ret == -EPERM ? "others than you can write to it" : strerror(-ret));
}

int sevadm_kds_get(const char *url, size_t max, bool fresh,
		   const struct sevadm_kds_options *options,
		   int (*check)(void *arg, const uint8_t *data, size_t size,
				struct sevadm_failure *failure),
		   void *arg, struct sevadm_kds_object *object, struct sevadm_failure *failure)
{
	struct get g = { .options = options, .object = object, .failure = failure, .max = max,
			 .check = check, .arg = arg };
	int ret;

	*object = (struct sevadm_kds_object){ .data = NULL };
	ret = place(&g, url);
	if (ret)
		return ret;
	if (options->cache && (options->offline || !fresh)) {
		ret = take_cached(&g);
		if (!ret || options->offline)
			return ret;
	}
	if (options->offline)
		return fail(&g, SEVADM_ABSENT, ENOENT, NULL, "%s is not fetched, and there is no cache",
			    object->url);
	ret = fetch(&g);
	if (!ret)
		ret = check(arg, object->data, object->size, failure);
	if (ret)
		forget(&g);
	else if (options->cache)
		keep(&g);
	return ret;
}
