// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New inputs out of old ones: bits turned over, bytes put in and taken out, numbers at
 * the edges, pieces of other inputs, words.  Blind: nothing is known of what they reach.
 */
#include <string.h>

#include "engine.h"

/* xorshift64*: no more is wanted of it than to be the same everywhere */
static uint64_t next(struct mutator *m)
{
	m->state ^= m->state >> 12;
	m->state ^= m->state << 25;
	m->state ^= m->state >> 27;
	return m->state * 0x2545f4914f6cdd1dull;
}

static size_t below(struct mutator *m, size_t n)
{
	return n ? (size_t)((next(m) >> 16) % n) : 0;
}

void mutator_seed(struct mutator *m, uint64_t seed)
{
	m->state = seed * 0x9e3779b97f4a7c15ull + 1;
	if (!m->state)
		m->state = 1;
}

/* An input on its way: @size of @max bytes */
struct draft {
	uint8_t *data;
	size_t size, max;
};

/* Room for @n bytes at @at; false: it would be too large */
static bool make_room(struct draft *d, size_t at, size_t n)
{
	if (n > d->max - d->size)
		return false;
	memmove(d->data + at + n, d->data + at, d->size - at);
	d->size += n;
	return true;
}

static void put_in(struct draft *d, size_t at, const uint8_t *from, size_t n)
{
	uint8_t copy[256];

	if (n > sizeof(copy))
		n = sizeof(copy);
	/* it may lie in what is moved */
	memcpy(copy, from, n);
	if (make_room(d, at, n))
		memcpy(d->data + at, copy, n);
}

static void put_over(struct draft *d, size_t at, const uint8_t *from, size_t n)
{
	if (n > d->size - at)
		n = d->size - at;
	memmove(d->data + at, from, n);
}

static void take_out(struct draft *d, size_t at, size_t n)
{
	if (n > d->size - at)
		n = d->size - at;
	memmove(d->data + at, d->data + at + n, d->size - at - n);
	d->size -= n;
}

/* A number where ranges end, in one to eight bytes */
static void put_number(struct mutator *m, struct draft *d, size_t at)
{
	static const uint64_t edges[] = {
		0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000, 0x7fff, 0x8000, 0xffff, 0x10000,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX, UINT64_MAX,
	};
	uint64_t number = edges[below(m, sizeof(edges) / sizeof(edges[0]))];

	put_over(d, at, (const uint8_t *)&number, (size_t)1 << below(m, 4));
}

/* A digit becomes another, or many of them */
static void change_digit(struct mutator *m, struct draft *d, size_t at)
{
	static const char *const many[] = { "0", "18446744073709551616", "4294967296", "-1" };
	const char *text = many[below(m, 4)];

	while (at < d->size && (d->data[at] < '0' || d->data[at] > '9'))
		at++;
	if (at == d->size)
		return;
	if (below(m, 3))
		d->data[at] = (uint8_t)('0' + below(m, 10));
	else
		put_in(d, at, (const uint8_t *)text, strlen(text));
}

static void use_word(struct mutator *m, struct draft *d, size_t at)
{
	const struct bytes *word;

	if (!m->words->nr)
		return;
	word = &m->words->list[below(m, m->words->nr)];
	if (below(m, 2))
		put_in(d, at, word->data, word->size);
	else
		put_over(d, at, word->data, word->size);
}

static void use_other(struct mutator *m, struct draft *d, size_t at)
{
	const struct bytes *other;
	size_t from;

	if (!m->inputs->nr)
		return;
	other = &m->inputs->list[below(m, m->inputs->nr)];
	from = below(m, other->size);
	if (below(m, 2))
		put_in(d, at, other->data + from, below(m, other->size - from + 1));
	else
		put_over(d, at, other->data + from, below(m, other->size - from + 1));
}

static void change(struct mutator *m, struct draft *d)
{
	size_t at = below(m, d->size + 1), inside = below(m, d->size), n = 1 + below(m, 16);
	uint8_t byte = (uint8_t)next(m);

	switch (below(m, 9)) {
	case 0:
		put_in(d, at, &byte, 1);
		break;
	case 1:
		take_out(d, at, n);
		break;
	case 2:			/* twice */
		if (d->size)
			put_in(d, at, d->data + inside, n < d->size - inside ? n :
			       d->size - inside);
		break;
	case 3:
		put_number(m, d, at);
		break;
	case 4:
		change_digit(m, d, at);
		break;
	case 5:
		use_word(m, d, at);
		break;
	case 6:
		use_other(m, d, at);
		break;
	case 7:
		if (d->size)
			d->data[inside] = byte;
		break;
	default:
		if (d->size)
			d->data[inside] ^= (uint8_t)(1u << below(m, 8));
	}
}

size_t mutator_next(struct mutator *m, uint8_t *data, size_t max)
{
	struct draft d = { .data = data, .max = max };

	if (m->inputs->nr) {
		const struct bytes *start = &m->inputs->list[below(m, m->inputs->nr)];

		d.size = start->size < max ? start->size : max;
		memcpy(data, start->data, d.size);
	}
	for (size_t i = 1 + below(m, 6); i; i--)
		change(m, &d);
	return d.size;
}
