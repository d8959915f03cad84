// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy file: rules as JSON.  Somebody's trust hangs on it, so nothing in it is passed over:
 * what is not understood is refused, with the place.
 */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attest/policy.h"
#include "lib/util/cleanup.h"
#include "lib/util/text.h"

#define DEPTH		4
#define PATH_SIZE	128
#define SCHEMA		1

struct reader {
	struct sevadm_report_policy *policy;
	const char *from;
	struct sevadm_failure *failure;
	bool has_schema;
	size_t members;
};

/* "FILE: PLACE: what is wrong" */
__attribute__((format(printf, 4, 5)))
static int refuse(struct reader *r, int err, const char *place, const char *format, ...)
{
	char why[400], safe_from[300], safe_place[300], from[100];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	snprintf(from, sizeof(from), "%s", r->from);
	text_escape(place, safe_place, sizeof(safe_place));
	*r->failure = (struct sevadm_failure){ .kind = SEVADM_FAILED, .status = SEVADM_NO_FW_CALL };
	snprintf(r->failure->message, sizeof(r->failure->message), "%s: %s%s%s",
		 text_escape(from, safe_from, sizeof(safe_from)), safe_place, *place ? ": " : "", why);
	return err;
}

/* A rule of the text that a value comes to */
static int add(struct reader *r, const char *path, const char *text)
{
	struct sevadm_failure failure;
	char why[sizeof(failure.message)];
	int ret = sevadm_report_policy_add(r->policy, path, text, r->from, &failure);

	if (!ret)
		return 0;
	snprintf(why, sizeof(why), "%s", failure.message);
	return refuse(r, ret, "", "%.380s", why);
}

/* ---------------------------------------------------------------------- values */

static int add_number(struct reader *r, const char *path, json_object *value)
{
	char text[24];

	if (!json_object_is_type(value, json_type_int))
		return refuse(r, -EINVAL, path, "it takes a whole number, without quotes");
	/* what is larger than the largest comes out as that, which is too large as well */
	snprintf(text, sizeof(text), "%lld", (long long)json_object_get_int64(value));
	return add(r, path, text);
}

static const char *string(json_object *value)
{
	const char *text = json_object_is_type(value, json_type_string) ?
			   json_object_get_string(value) : NULL;

	/* a NUL would end it for us, and not for who wrote it */
	return text && strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

static int add_word(struct reader *r, const char *path, json_object *value)
{
	const char *text = string(value);

	return text ? add(r, path, text) : refuse(r, -EINVAL, path, "it takes a string");
}

static json_object *element(json_object *value, size_t i)
{
	return json_object_is_type(value, json_type_array) ? json_object_array_get_idx(value, i) : value;
}

/* One string or many, as a text with commas between */
static int add_list(struct reader *r, const char *path, json_object *value)
{
	size_t nr = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 1;
	_cleanup_free_ char *text = NULL;
	size_t size = 1;
	char *p;

	if (!nr)
		return refuse(r, -EINVAL, path, "its list is empty, and so nothing would do");
	for (size_t i = 0; i < nr; i++) {
		const char *one = string(element(value, i));

		if (!one || strchr(one, ','))
			return refuse(r, -EINVAL, path, "it takes a string of hexadecimal digits, or a list "
				      "of such");
		size += strlen(one) + 1;
	}
	p = text = malloc(size);
	if (!text)
		return refuse(r, -ENOMEM, path, "no memory");
	for (size_t i = 0; i < nr; i++) {
		if (i)
			*p++ = ',';
		p = stpcpy(p, string(element(value, i)));
	}
	return add(r, path, text);
}

static int add_value(struct reader *r, const struct policy_field *field, json_object *value)
{
	switch (field->type->value) {
	case POLICY_NUMBER:
		return add_number(r, field->path, value);
	case POLICY_WORD:
		return add_word(r, field->path, value);
	case POLICY_LIST:
		return add_list(r, field->path, value);
	}
	return -EINVAL;
}

/* --------------------------------------------------------------------- members */

static int take_schema(struct reader *r, json_object *value)
{
	r->has_schema = true;
	if (json_object_is_type(value, json_type_int) && json_object_get_int64(value) == SCHEMA)
		return 0;
	return refuse(r, -EINVAL, "schema", "it is not %d, and other policies are not known", SCHEMA);
}

static int take_object(struct reader *r, const char *prefix, json_object *object);

static int take_member(struct reader *r, const char *prefix, const char *name, json_object *value)
{
	const struct policy_field *field;
	char path[PATH_SIZE];

	r->members++;
	snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", name);
	if (!strcmp(path, "schema"))
		return take_schema(r, value);
	if (!strcmp(path, "comment"))
		return string(value) ? 0 : refuse(r, -EINVAL, path, "it takes a string");
	/* a point in a name would lead elsewhere */
	field = strchr(name, '.') ? NULL : policy_field(path);
	if (field)
		return add_value(r, field, value);
	if (strchr(name, '.') || !*name || !policy_is_group(path))
		return refuse(r, -EINVAL, path, "there is no such member in a policy");
	if (!json_object_is_type(value, json_type_object))
		return refuse(r, -EINVAL, path, "it takes an object");
	return take_object(r, path, value);
}

static int take_object(struct reader *r, const char *prefix, json_object *object)
{
	json_object_object_foreach(object, name, value) {
		int ret = take_member(r, prefix, name, value);

		if (ret)
			return ret;
	}
	return 0;
}

/* ------------------------------------------------------------------------ text */

/* Outside of strings each colon is that of a member.  @odd: where a name begins that is no string */
static size_t count_colons(const char *text, size_t size, const char **odd)
{
	bool quoted = false;
	size_t nr = 0;

	*odd = NULL;
	for (size_t i = 0; i < size; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && text[i] == '\'' && !*odd)
			*odd = text + i;
		else
			nr += !quoted && text[i] == ':';
	}
	return nr;
}

static size_t line_of(const char *text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

static int take(struct reader *r, json_object *policy, const char *text, size_t size)
{
	const char *odd;
	size_t colons = count_colons(text, size, &odd);
	int ret;

	/* json-c takes that for a name */
	if (odd)
		return refuse(r, -EBADMSG, "", "it is no JSON: line %zu: names stand in double quotes",
			      line_of(text, (size_t)(odd - text)));
	ret = json_object_is_type(policy, json_type_object) ? take_object(r, "", policy) :
	      refuse(r, -EINVAL, "", "a policy is an object, and this is none");
	if (ret)
		return ret;
	/* json-c keeps the last one, and who wrote the first may count on it */
	if (colons != r->members)
		return refuse(r, -EINVAL, "", "a member is there twice");
	if (!r->has_schema)
		return refuse(r, -EINVAL, "schema", "it is missing: \"schema\": %d says what policy it is",
			      SCHEMA);
	return 0;
}

static int parse(struct reader *r, json_tokener *tokener, const char *text, size_t size)
{
	json_object *policy;
	size_t end;
	int ret;

	/* json-c would end there, and never see what follows */
	if (strlen(text) != size)
		return refuse(r, -EBADMSG, "", "it is no JSON: line %zu: a NUL byte",
			      line_of(text, strlen(text)));
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	policy = json_tokener_parse_ex(tokener, text, (int)size);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		ret = refuse(r, -EBADMSG, "", "it is no JSON: it ends too early");
	else if (json_tokener_get_error(tokener) != json_tokener_success)
		ret = refuse(r, -EBADMSG, "", "it is no JSON: line %zu: %s", line_of(text, end),
			     json_tokener_error_desc(json_tokener_get_error(tokener)));
	else
		ret = take(r, policy, text, size);
	json_object_put(policy);
	return ret;
}

int sevadm_report_policy_read(struct sevadm_report_policy *policy, const void *json, size_t size,
			      const char *from, struct sevadm_failure *failure)
{
	struct reader r = { .policy = policy, .from = from, .failure = failure };
	_cleanup_free_ char *text = size < INT_MAX ? malloc(size + 1) : NULL;
	json_tokener *tokener = text ? json_tokener_new_ex(DEPTH) : NULL;
	int ret;

	if (!tokener)
		return refuse(&r, -ENOMEM, "", "no memory");
	memcpy(text, json, size);
	text[size] = '\0';
	policy_reading(policy, true);
	ret = parse(&r, tokener, text, size);
	policy_reading(policy, false);
	json_tokener_free(tokener);
	return ret;
}
