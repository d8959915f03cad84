/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of processes, units and command lines, with other names in them that sevadm reads
 * in the same way.
 */
#ifndef RECORDING_ANONYMOUS_H
#define RECORDING_ANONYMOUS_H

#include "lib/recording/names.h"
#include "lib/recording/recording.h"
#include "lib/util/cleanup.h"

#define ANONYMOUS_CGROUP	"/sys/fs/cgroup"

/* Names of libvirt's domains and of their scopes, which have to agree as they did */
void anonymous_domains(struct names *names, const struct recording *recording);
/* A path of components, of which each has a name of its own */
void anonymous_cgroup(struct names *names, const char *path, char *text, size_t size);
void anonymous_component(struct names *names, const char *component, char *text, size_t size);
/* /proc/PID/stat, comm and cgroup: false for what is another file */
bool anonymous_process(struct names *names, const char *inner, const char *name,
		       const struct recording_bytes *got, char *text, size_t size);
void anonymous_cmdline(struct names *names, struct recording_bytes *got);
/* Pids, a line each */
void anonymous_lines(struct names *names, struct recording_bytes *got);
/* What stands for a word of a command line that may tell something */
const char *anonymous_word(struct names *names, const char *word);
void anonymous_words(struct names *names, struct recording_bytes *words, size_t nr);

#endif
