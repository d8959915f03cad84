/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for what a report says: what the files about them share */
#ifndef ATTEST_POLICY_H
#define ATTEST_POLICY_H

#include "sevadm.h"

#define POLICY_WHY	200

struct policy_field;

/**
 * struct policy_rule - one of them
 * @field:	what it is about
 * @wanted:	in words
 * @from:	who wants it
 * @reading:	number of the file that it is of; 0: of none
 * @number:	what its type makes of it: a minimum, an enum policy_bit
 * @bytes, @nr:	values of @field->size bytes each, of which it has to be one
 */
struct policy_rule {
	const struct policy_field *field;
	char *wanted, *from;
	unsigned int reading;
	uint64_t number;
	uint8_t *bytes;
	size_t nr;
};

/* How a policy file writes a value */
enum policy_value { POLICY_NUMBER, POLICY_WORD, POLICY_LIST };

/**
 * struct policy_type - a way to compare
 * @value:	in JSON
 * @parse:	its text, into @number or @bytes and @nr: 0, -ENOMEM, -EINVAL with @why
 * @wanted:	the same in words, to be freed; or NULL
 * @holds:	does it?  And what is found, in words, in @found
 */
struct policy_type {
	enum policy_value value;
	int (*parse)(struct policy_rule *rule, const char *text, char why[POLICY_WHY]);
	char *(*wanted)(const struct policy_rule *rule);
	bool (*holds)(const struct policy_rule *rule, const struct sevadm_report *report,
		      char found[SEVADM_RULE_FOUND]);
};

/**
 * struct policy_field - something that there can be a rule about
 * @path:	the members of a policy file that lead to it, with points between
 * @type:	how it is compared
 * @offset, @part: where it is in struct sevadm_report, and where in what is there
 * @size:	of it, in bytes
 * @max:	the largest number that can be asked for
 * @bit:	of it
 * @silence:	what is wanted where nobody says anything, or NULL
 */
struct policy_field {
	const char *path;
	const struct policy_type *type;
	size_t offset, part, size;
	uint64_t max, bit;
	const char *silence;
};

/* Ended by one without a path */
extern const struct policy_field policy_fields[];

/* NULL: there is none */
const struct policy_field *policy_field(const char *path);

/* Is that the first part, or the first two, of the path of any? */
bool policy_is_group(const char *path);

/* What is added from now on is of a file, or no more: one list is of one of them, or of none */
void policy_reading(struct sevadm_report_policy *policy, bool of_file);

/* Did anybody say something about it? */
bool policy_mentions(const struct sevadm_report_policy *policy, const struct policy_field *field);

#endif
